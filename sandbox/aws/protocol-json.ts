import { JsonCodec } from '@smithy/core/protocols';
import type { Protocol } from './protocol.ts';
import type { OperationShape } from './schema.ts';
import { AwsError, type Service } from './service.ts';
import type { WireAnswer, WireRequest } from './wire.ts';

/** AWS JSON 1.0 and 1.1 (Smithy: "AWS JSON 1.0 protocol"): `x-amz-target: <target>.<operation>`, JSON both ways. */
export class JsonProtocol implements Protocol {
  readonly #service: Service;
  readonly #contentType: string;
  readonly #codec = new JsonCodec({ timestampFormat: { useTrait: true, default: 7 }, jsonName: false });

  constructor(service: Service, version: '1.0' | '1.1') {
    this.#service = service;
    this.#contentType = `application/x-amz-json-${version}`;
  }

  route(request: WireRequest): string | undefined {
    const [target, name] = (request.headers['x-amz-target'] ?? '').split('.');
    return target === this.#service.target ? name : undefined;
  }

  read(shape: OperationShape | undefined, request: WireRequest): Record<string, unknown> {
    const text = Buffer.from(request.body).toString('utf8') || '{}';
    let value: ReturnType<typeof JSON.parse>;
    try {
      value = JSON.parse(text);
    } catch {
      throw new AwsError('SerializationException', 'The request body is not JSON.');
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new AwsError('SerializationException', 'The request body must be a JSON object.');
    }
    if (!shape) return value;
    try {
      return this.#codec.createDeserializer().readObject(shape.input, value) ?? {};
    } catch (cause) {
      throw new AwsError('SerializationException', `The request body does not fit ${shape.name}: ${(cause as Error).message}`);
    }
  }

  write(shape: OperationShape | undefined, output: unknown, requestId: string): WireAnswer {
    let body = JSON.stringify(output ?? {});
    if (shape) {
      const serializer = this.#codec.createSerializer();
      serializer.write(shape.output, output ?? {});
      body = shape.output.isUnitSchema() ? '{}' : String(serializer.flush());
    }
    return { status: 200, headers: { 'content-type': this.#contentType, 'x-amzn-requestid': requestId }, body };
  }

  fail(error: AwsError, requestId: string): WireAnswer {
    return {
      status: error.status,
      headers: { 'content-type': this.#contentType, 'x-amzn-requestid': requestId, 'x-amzn-errortype': error.code, ...error.headers },
      body: JSON.stringify({ __type: error.code, message: error.message, ...error.fields }),
    };
  }
}
