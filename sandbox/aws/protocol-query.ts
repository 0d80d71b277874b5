import { FromStringShapeDeserializer } from '@smithy/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';
import type { Protocol } from './protocol.ts';
import type { OperationShape } from './schema.ts';
import { AwsError, type Service } from './service.ts';
import { parseForm, queryValue, type WireAnswer, type WireRequest } from './wire.ts';
import { elements, escapeXml, writeXml, XML_HEAD } from './xml.ts';

/** The version that stands in each service's XML namespace (botocore's `apiVersion`; "Welcome" page of the API references). */
const VERSIONS: Record<string, string> = { sts: '2011-06-15', iam: '2010-05-08' };

/** AWS query (Smithy: "AWS query protocol"): a form in, XML out. */
export class QueryProtocol implements Protocol {
  readonly #namespace: string;
  readonly #text = new FromStringShapeDeserializer({ timestampFormat: { useTrait: true, default: 5 }, httpBindings: false });

  constructor(service: Service) {
    this.#namespace = `https://${service.name}.amazonaws.com/doc/${VERSIONS[service.name] ?? ''}/`;
  }

  route(request: WireRequest): string | undefined {
    return new Map(formOf(request)).get('Action');
  }

  read(shape: OperationShape | undefined, request: WireRequest): Record<string, unknown> {
    if (!shape) throw new TypeError('a query service needs schemas');
    const input = this.#readMember(shape.input, new Map(formOf(request)), '');
    return (input ?? {}) as Record<string, unknown>;
  }

  #readMember(schema: NormalizedSchema, form: Map<string, string>, at: string): unknown {
    if (schema.isStructSchema()) {
      const members = [...schema.structIterator()].map(([name, member]): [string, unknown] => [
        name,
        this.#readMember(member, form, join(at, member.getMemberTraits().xmlName ?? name)),
      ]);
      const present = members.filter(([, value]) => value !== undefined);
      return present.length > 0 || at === '' ? Object.fromEntries(present) : undefined;
    }
    if (schema.isListSchema()) {
      const item = schema.getValueSchema();
      const base = schema.getMergedTraits().xmlFlattened ? at : join(at, item.getMergedTraits().xmlName ?? 'member');
      const items = indices(form, base).map((index) => this.#readMember(item, form, `${base}.${index}`));
      return items.length > 0 ? items : form.has(at) ? [] : undefined;
    }
    if (schema.isMapSchema()) {
      const base = schema.getMergedTraits().xmlFlattened ? at : join(at, 'entry');
      const keyName = schema.getKeySchema().getMergedTraits().xmlName ?? 'key';
      const valueName = schema.getValueSchema().getMergedTraits().xmlName ?? 'value';
      const entries = indices(form, base).map((index) => [
        form.get(`${base}.${index}.${keyName}`) ?? '',
        this.#readMember(schema.getValueSchema(), form, `${base}.${index}.${valueName}`),
      ]);
      return entries.length > 0 ? Object.fromEntries(entries) : undefined;
    }
    const text = form.get(at);
    return text === undefined ? undefined : this.#text.read(schema, text);
  }

  write(shape: OperationShape | undefined, output: unknown, requestId: string): WireAnswer {
    if (!shape) throw new TypeError('a query service needs schemas');
    const result = shape.output.isUnitSchema()
      ? ''
      : writeXml(shape.output, output ?? {}, '')
          .replace(/^<[^\s/>]+([^>]*?)(\/?)>/, `<${shape.name}Result$1$2>`)
          .replace(/<\/[^>]+>$/, `</${shape.name}Result>`);
    const body = `${XML_HEAD}<${shape.name}Response xmlns="${this.#namespace}">${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${shape.name}Response>`;
    return { status: 200, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }, body };
  }

  fail(error: AwsError, requestId: string): WireAnswer {
    const type = error.status < 500 ? 'Sender' : 'Receiver';
    const fields = elements({ Type: type, Code: error.code, Message: error.message, ...error.fields });
    const body = `${XML_HEAD}<ErrorResponse xmlns="${this.#namespace}"><Error>${fields}</Error><RequestId>${escapeXml(requestId)}</RequestId></ErrorResponse>`;
    return { status: error.status, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId, ...error.headers }, body };
  }
}

const join = (at: string, name: string): string => (at === '' ? name : `${at}.${name}`);

/** The numbers N for which `base.N` or something below it stands in the form, ascending. */
function indices(form: Map<string, string>, base: string): number[] {
  const found = new Set<number>();
  for (const key of form.keys()) {
    const rest = key.startsWith(`${base}.`) ? /^(\d+)(?:\.|$)/.exec(key.slice(base.length + 1)) : undefined;
    if (rest?.[1]) found.add(Number(rest[1]));
  }
  return [...found].sort((a, b) => a - b);
}

function formOf(request: WireRequest): [string, string][] {
  if (queryValue(request, 'Action') !== undefined) return request.query;
  try {
    return parseForm(Buffer.from(request.body).toString('utf8'));
  } catch {
    throw new AwsError('MalformedQueryString', 'The query string contains a syntax error');
  }
}
