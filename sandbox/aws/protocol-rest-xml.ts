import { Readable } from 'node:stream';
import { FromStringShapeDeserializer, ToStringShapeSerializer } from '@smithy/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';
import type { Protocol } from './protocol.ts';
import { type OperationShape, shapeOf } from './schema.ts';
import { AwsError, type Service } from './service.ts';
import { queryValue, type WireAnswer, type WireRequest } from './wire.ts';
import { elements, readXml, writeXml, XML_HEAD } from './xml.ts';

const BINDINGS = { timestampFormat: { useTrait: true, default: 5 as const }, httpBindings: true };

/** Headers that alone tell operations apart that share method, path and query. */
const TELLING_HEADERS: Record<string, string> = { CopyObject: 'x-amz-copy-source', UploadPartCopy: 'x-amz-copy-source' };

interface Route {
  name: string;
  shape: OperationShape;
  path: RegExp;
  labels: string[];
  /** Query parameters that must be there: of the URI, and members of the input that are required. */
  required: [string, string | undefined][];
  known: Set<string>;
}

/**
 * REST with XML (Smithy: "AWS restXml protocol"), as S3 speaks it path-style: the bucket stands in the path before the operation's URI.
 * Keys stay as they were sent: decoded once, never normalised.
 */
export class RestXmlProtocol implements Protocol {
  readonly #service: Service;
  readonly #namespace: string;
  readonly #routes: Route[];
  readonly #fromText = new FromStringShapeDeserializer(BINDINGS);
  readonly #toText = new ToStringShapeSerializer(BINDINGS);

  constructor(service: Service) {
    this.#service = service;
    this.#namespace = service.xmlNamespace ?? 'http://s3.amazonaws.com/doc/2006-03-01/';
    this.#routes = Object.entries(service.operations)
      .map(([name, operation]) => this.#route(name, shapeOf(operation.schema)))
      .sort((a, b) => b.required.length - a.required.length);
  }

  #route(name: string, shape: OperationShape): Route {
    if (!shape.http) throw new TypeError(`${name} has no http trait`);
    const members = shape.input.isStructSchema() ? [...shape.input.structIterator()] : [];
    const bucketFirst =
      !this.#service.pathPrefix && members.some(([member, schema]) => member === 'Bucket' && schema.getMergedTraits().httpLabel);
    const template = (bucketFirst ? '/{Bucket}' : '') + (bucketFirst && shape.http.path === '/' ? '' : shape.http.path);
    const labels: string[] = [];
    const pattern = template.replace(/\{(\w+)(\+?)\}|[.*+?^$()|[\]\\]/g, (whole, label, greedy) => {
      if (!label) return `\\${whole}`;
      labels.push(label);
      return greedy ? '(.+)' : '([^/]+)';
    });
    const queries = members.flatMap(([member, schema]): [string, string][] => {
      const query = schema.getMergedTraits().httpQuery;
      return query ? [[member, query]] : [];
    });
    return {
      name,
      shape,
      path: new RegExp(`^${pattern}${shape.http.path === '/' ? '/?' : ''}$`, 's'),
      labels,
      required: [
        ...shape.http.statics.filter(([key]) => key !== 'x-id'),
        ...queries.filter(([member]) => shape.required.includes(member)).map(([, query]): [string, undefined] => [query, undefined]),
      ],
      known: new Set([...shape.http.statics.map(([key]) => key), ...queries.map(([, query]) => query), 'x-id']),
    };
  }

  route(request: WireRequest): string | undefined {
    const asked = queryValue(request, 'x-id');
    const fitting = this.#routes.filter(
      ({ name, shape, path, required }) =>
        shape.http?.method === request.method &&
        path.test(request.path) &&
        required.every(([key, value]) => request.query.some(([name, given]) => name === key && (value === undefined || given === value))) &&
        (TELLING_HEADERS[name] === undefined || request.headers[TELLING_HEADERS[name]] !== undefined),
    );
    const most = fitting[0]?.required.length;
    const best = fitting.filter(({ required }) => required.length === most);
    const chosen = best.find(({ name }) => name === asked) ?? best.find(({ name }) => TELLING_HEADERS[name] !== undefined) ?? best[0];
    // `?cors` asks for something else than the bucket's listing: a sub-resource that isn't served must not be taken for another.
    const foreign = request.query.some(([key, value]) => value === '' && !key.startsWith('X-Amz-') && !chosen?.known.has(key));
    return foreign ? undefined : chosen?.name;
  }

  read(shape: OperationShape | undefined, request: WireRequest): Record<string, unknown> {
    const route = this.#routes.find((candidate) => candidate.shape === shape);
    if (!route) throw new TypeError('an operation of another service');
    const input: Record<string, unknown> = {};
    const found = route.path.exec(request.path);
    route.labels.forEach((label, index) => {
      input[label] = decodeURIComponent(found?.[index + 1] ?? '');
    });
    if (!route.shape.input.isStructSchema()) return input;
    let inBody = false;
    for (const [name, member] of route.shape.input.structIterator()) {
      const { httpLabel, httpQuery, httpHeader, httpPrefixHeaders, httpPayload } = member.getMergedTraits();
      if (httpLabel) continue;
      const value = httpQuery
        ? this.#fromQuery(member, request, httpQuery)
        : httpHeader
          ? this.#fromHeader(member, request.headers[httpHeader.toLowerCase()])
          : httpPrefixHeaders
            ? prefixed(request.headers, httpPrefixHeaders.toLowerCase())
            : httpPayload
              ? this.#fromPayload(member, request.body)
              : undefined;
      if (value !== undefined) input[name] = value;
      inBody ||= !(httpQuery || httpHeader || httpPrefixHeaders || httpPayload);
    }
    if (inBody && request.body.length > 0) Object.assign(input, readXml(route.shape.input, Buffer.from(request.body).toString('utf8')));
    return input;
  }

  #fromQuery(member: NormalizedSchema, request: WireRequest, name: string): unknown {
    const values = request.query.filter(([key]) => key === name).map(([, value]) => value);
    if (values.length === 0) return undefined;
    if (member.isListSchema()) return values.map((value) => this.#fromText.read(member.getValueSchema(), value));
    return this.#scalar(member, values[0] ?? '', name);
  }

  #fromHeader(member: NormalizedSchema, value: string | undefined): unknown {
    return value === undefined ? undefined : this.#scalar(member, value, member.getMemberName());
  }

  #scalar(member: NormalizedSchema, text: string, name: string): unknown {
    try {
      const value = this.#fromText.read(member, text);
      if (!Number.isNaN(value) && !(value instanceof Date && Number.isNaN(value.getTime()))) return value;
    } catch {
      // answered below
    }
    throw new AwsError('InvalidArgument', `Provided ${name} not an integer or within integer range`, 400, {
      ArgumentName: name,
      ArgumentValue: text,
    });
  }

  #fromPayload(member: NormalizedSchema, body: Uint8Array): unknown {
    if (member.isBlobSchema() || member.isStreaming()) return body;
    if (body.length === 0) return undefined;
    const text = Buffer.from(body).toString('utf8');
    return member.isStringSchema() ? text : readXml(member, text);
  }

  write(shape: OperationShape | undefined, output: unknown, requestId: string): WireAnswer {
    if (!shape?.http) throw new TypeError('a REST service needs schemas');
    const answer: WireAnswer = { status: shape.http.status, headers: { 'x-amz-request-id': requestId, 'x-amz-id-2': 'sandbox' } };
    const values = (output ?? {}) as Record<string, unknown>;
    if (!shape.output.isStructSchema()) return answer;
    let inBody = false;
    for (const [name, member] of shape.output.structIterator()) {
      const { httpHeader, httpPrefixHeaders, httpPayload, httpResponseCode } = member.getMergedTraits();
      const value = values[name];
      inBody ||= !(httpHeader || httpPrefixHeaders || httpPayload || httpResponseCode);
      if (value === undefined || value === null) continue;
      if (httpResponseCode) answer.status = Number(value);
      else if (httpHeader) answer.headers[httpHeader.toLowerCase()] = this.#headerText(member, value);
      else if (httpPrefixHeaders)
        for (const [key, text] of Object.entries(value)) answer.headers[httpPrefixHeaders.toLowerCase() + key] = String(text);
      else if (httpPayload) answer.body = this.#payload(member, value, answer);
    }
    // RFC 9110, 15.3.7: a part of what is there is 206, which the schemas don't tell.
    if (values.ContentRange !== undefined) answer.status = 206;
    if (inBody) {
      answer.headers['content-type'] = 'application/xml';
      answer.body = XML_HEAD + this.#body(shape, values);
    }
    return answer;
  }

  #headerText(member: NormalizedSchema, value: unknown): string {
    this.#toText.write(member, value);
    return this.#toText.flush();
  }

  #payload(member: NormalizedSchema, value: unknown, answer: WireAnswer): WireAnswer['body'] {
    if (value instanceof Readable || value instanceof Uint8Array || typeof value === 'string') {
      answer.headers['content-type'] ??= member.isBlobSchema() ? 'binary/octet-stream' : 'application/json';
      return value;
    }
    answer.headers['content-type'] = 'application/xml';
    return XML_HEAD + writeXml(member, value, this.#namespace);
  }

  #body(shape: OperationShape, values: Record<string, unknown>): string {
    // S3's customisation `s3UnwrappedXmlOutput` (Smithy: "S3 customizations"): the root element holds the value itself.
    if (shape.name === 'GetBucketLocation') {
      const region = String(values.LocationConstraint ?? '');
      return `<LocationConstraint xmlns="${this.#namespace}">${region}</LocationConstraint>`;
    }
    return writeXml(shape.output, values, this.#namespace);
  }

  fail(error: AwsError, requestId: string, request: Pick<WireRequest, 'method' | 'path'>): WireAnswer {
    const headers = { 'x-amz-request-id': requestId, 'x-amz-id-2': 'sandbox', 'content-type': 'application/xml', ...error.headers };
    // S3 API reference, "Error Responses": HEAD has no body, so no code either.
    if (request.method === 'HEAD' || error.status === 304) return { status: error.status, headers };
    const fields = elements({ Code: error.code, Message: error.message, ...error.fields, RequestId: requestId, HostId: 'sandbox' });
    const body = this.#service.pathPrefix
      ? `<ErrorResponse><Error>${fields}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`
      : `<Error>${fields}</Error>`;
    return { status: error.status, headers, body: XML_HEAD + body };
  }
}

function prefixed(headers: Record<string, string>, prefix: string): Record<string, string> | undefined {
  const found = Object.entries(headers).filter(([name]) => name.startsWith(prefix));
  return found.length > 0 ? Object.fromEntries(found.map(([name, value]) => [name.slice(prefix.length), value])) : undefined;
}
