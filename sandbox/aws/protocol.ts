import { JsonProtocol } from './protocol-json.ts';
import { QueryProtocol } from './protocol-query.ts';
import { RestXmlProtocol } from './protocol-rest-xml.ts';
import type { OperationShape } from './schema.ts';
import { AwsError, type Service } from './service.ts';
import type { WireAnswer, WireRequest } from './wire.ts';

/** How a service speaks: both directions, from the schemas of the SDK. */
export interface Protocol {
  /** The operation that a request names; undefined when the service has none such. */
  route(request: WireRequest): string | undefined;
  /** The input in the SDK's own type. Throws AwsError where the body can't be read. */
  read(shape: OperationShape | undefined, request: WireRequest): Record<string, unknown>;
  write(shape: OperationShape | undefined, output: unknown, requestId: string): WireAnswer;
  /** An error as this protocol tells it. */
  fail(error: AwsError, requestId: string, request: Pick<WireRequest, 'method' | 'path'>): WireAnswer;
}

export function protocolOf(service: Service): Protocol {
  switch (service.protocol) {
    case 'restXml':
      return new RestXmlProtocol(service);
    case 'awsQuery':
      return new QueryProtocol(service);
    case 'awsJson1_0':
      return new JsonProtocol(service, '1.0');
    case 'awsJson1_1':
      return new JsonProtocol(service, '1.1');
  }
}

/** AWS's refusal of an input that lacks a required member ("Common Errors" in each service's API reference). */
export function requireMembers(service: Service, shape: OperationShape, input: Record<string, unknown>): void {
  const missing = shape.required.filter((name) => input[name] === undefined);
  if (missing.length === 0 || service.protocol === 'restXml') return;
  const faults = missing.map(
    (name) => `Value null at '${name[0]?.toLowerCase()}${name.slice(1)}' failed to satisfy constraint: Member must not be null`,
  );
  throw new AwsError(
    service.protocol === 'awsQuery' ? 'ValidationError' : 'ValidationException',
    `${faults.length} validation error${faults.length > 1 ? 's' : ''} detected: ${faults.join('; ')}`,
  );
}
