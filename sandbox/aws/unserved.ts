import type { Served } from './endpoint.ts';
import { protocolOf } from './protocol.ts';
import type { Service } from './service.ts';
import { queryValue, type WireRequest } from './wire.ts';

/** Services that speak REST with XML; the others with paths of their own speak REST with JSON (Smithy models of the AWS SDKs). */
const REST_XML = new Set(['cloudfront', 'route53']);

/**
 * A service that isn't served, with no operations: its protocol is told by the request, so that the client that asked for it can read
 * the error. REST with JSON tells errors as awsJson does (Smithy: "AWS restJson1 protocol", `x-amzn-errortype`).
 */
export function unserved(name: string, request: WireRequest, served: Served[]): Served {
  const type = request.headers['content-type'] ?? '';
  const isForm = type.startsWith('application/x-www-form-urlencoded') || queryValue(request, 'Action') !== undefined;
  const json = type === 'application/x-amz-json-1.0' ? 'awsJson1_0' : 'awsJson1_1';
  const service: Service = { name, protocol: isForm ? 'awsQuery' : REST_XML.has(name) ? 'restXml' : json, operations: {} };
  const names = [...new Set(served.map((one) => one.service.name))].sort();
  return { service, protocol: protocolOf(service), refusal: `The sandbox serves no ${name}; it serves ${names.join(', ')}.` };
}
