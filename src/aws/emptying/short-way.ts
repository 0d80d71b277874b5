/**
 * Sends what emptying consists of, a listing and the deletion of what it shows, by the SDK's parts alone: its endpoint for the bucket, its signature, its
 * connections. The two dozen middlewares between these find nothing to do here, as nothing is logged, redirected or tried again, and take a fifth of the
 * processor's time.
 */
import type { S3ClientResolvedConfig } from '@aws-sdk/client-s3';
import { getEndpointFromInstructions } from '@smithy/core/endpoints';
import { HttpRequest } from '@smithy/core/protocols';
import { unread } from '../clients.ts';
import { bodyOf } from './body.ts';
import { elementOf } from './xml.ts';

/** As far as it is needed here, a command of the SDK's for a bucket. */
interface Command<Input> {
  input: Input;
  resolveMiddleware: (stack: never, config: S3ClientResolvedConfig, options: never) => (args: never) => Promise<unknown>;
}

interface OfBucket {
  Bucket?: string | undefined;
  ExpectedBucketOwner?: string | undefined;
}

interface Call<Input, Output> {
  method: 'GET' | 'POST';
  /** Of what the command has when it is sent. */
  request: (input: Input) => { query: Record<string, string>; headers?: Record<string, string>; body?: Buffer };
  /** Is shown the beginning of the answer, again and again until it says that it has seen enough. */
  head?: (beginning: string) => boolean;
  /** What an answer of 200 says; undefined where it isn't whole, or is something else. */
  read: (xml: string) => Output | undefined;
}

/** Has the command go this way when a client sends it, which throws such errors as the SDK does. */
export function shortWay<Input extends OfBucket, C extends Command<Input>, Output>(
  command: C & Command<Input>,
  call: Call<Input, Output>,
): C {
  command.resolveMiddleware = (_, config) => async () => {
    const { method, request, head = () => true, read } = call;
    const { Bucket = '', ExpectedBucketOwner = '' } = command.input;
    const { query, headers, body } = request(command.input);
    const { url, path, signer, signedFor, userAgent } = await wayTo(Bucket, command, config);
    const unsigned = new HttpRequest({
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port && { port: Number(url.port) }),
      path,
      method,
      query,
      headers: { host: url.host, 'user-agent': userAgent, 'x-amz-expected-bucket-owner': ExpectedBucketOwner, ...headers },
      body,
    });
    const signed = await signer.sign(unsigned, { signingDate: new Date(Date.now() + config.systemClockOffset), ...signedFor });
    const { response } = await config.requestHandler.handle(signed as HttpRequest);
    const xml = await bodyOf(response.body, head);
    const output = response.statusCode === 200 ? read(xml) : undefined;
    if (output === undefined) throw errorOf(response.statusCode, xml);
    return { output, response };
  };
  return command;
}

type Way = Awaited<ReturnType<typeof findWay>>;
const known = new WeakMap<S3ClientResolvedConfig, Map<string, Promise<Way>>>();

/** Found once for a client and a bucket, as it is the same for all of its requests. */
function wayTo(bucket: string, command: object, config: S3ClientResolvedConfig): Promise<Way> {
  const ways = known.get(config) ?? new Map<string, Promise<Way>>();
  known.set(config, ways);
  const way = ways.get(bucket) ?? findWay(bucket, command, config);
  ways.set(bucket, way);
  return way;
}

async function findWay(Bucket: string, command: object, config: S3ClientResolvedConfig) {
  const { url, properties } = await getEndpointFromInstructions({ Bucket }, command.constructor as never, config as never);
  const [scheme] = (properties?.authSchemes ?? []) as [Parameters<S3ClientResolvedConfig['signer']>[0] & object];
  const [agent = []] = await config.defaultUserAgentProvider();
  return {
    url,
    path: url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`,
    signer: await config.signer(scheme),
    signedFor: { signingRegion: scheme.signingRegion, signingService: scheme.signingName },
    userAgent: agent.join('/'),
  };
}

/**
 * S3's error, named by its code, as the SDK has it; one in an answer of 200 as of a status of 503 (S3 API Reference, "Error responses"). What is neither that nor
 * what was asked for is no answer, unless its status says that S3 failed: it may have broken off, and is asked for again.
 */
function errorOf(status: number, xml: string): Error {
  if (!/^(?:<\?xml[^>]*>)?\s*<Error[\s>].*<\/Error>\s*$/s.test(xml)) return unread(status);
  const known = { name: elementOf(xml, 'Code') || 'Unknown', $metadata: { httpStatusCode: status === 200 ? 503 : status } };
  return Object.assign(new Error(elementOf(xml, 'Message')), known);
}
