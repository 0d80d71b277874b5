/** What is sent without the SDK's middlewares is what the SDK would have sent. */
import { Readable } from 'node:stream';
import { DeleteObjectsCommand, ListObjectVersionsCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { HttpResponse } from '@smithy/core/protocols';
import { unanswered } from '../../src/aws/clients.ts';
import { listVersions } from '../../src/aws/emptying/listing.ts';
import { createPace } from '../../src/aws/emptying/pace.ts';
import { removeVersions } from '../../src/aws/emptying/remove.ts';

type Sent = Record<'protocol' | 'hostname' | 'path' | 'method', string> & { port?: number; query: object; headers: Record<string, string> };

const account = '111122223333';

const credentials = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'example', sessionToken: 'token' };
const entry = { key: 'k', versionId: 'v', marker: false, isLatest: true, modified: 0, size: 1, etag: '' };

/** A client whose requests are answered so. */
function answered(statusCode: number, text: string, config: S3ClientConfig, sent: (request: Sent) => void = () => undefined): S3Client {
  const handle = async (request: Sent) => {
    sent(request);
    return { response: new HttpResponse({ statusCode, body: Readable.from([Buffer.from(text)]) }) };
  };
  return new S3Client({ maxAttempts: 1, credentials, requestHandler: { handle } as never, ...config });
}

/** What a client so configured sends, without what differs from one time to the next. */
async function sentBy(config: S3ClientConfig, send: (s3: S3Client) => Promise<unknown>): Promise<object> {
  const all: Sent[] = [];
  const s3 = answered(403, '<Error><Code>AccessDenied</Code></Error>', config, (request) => all.push(request));
  await expect(send(s3)).rejects.toMatchObject({ name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
  const [{ protocol, hostname, port, path, method, query, headers }] = all as [Sent];
  const { authorization = '', ...rest } = headers;
  const scope = /Credential=\w+\/\d+\/(.*?),/.exec(authorization)?.[1];
  const kept = Object.entries(rest).filter(([name]) => !/^(amz-sdk-.*|x-amz-date|user-agent|x-amz-user-agent)$/.test(name));
  return { protocol, hostname, port, path, method, query, headers: Object.fromEntries(kept), scope };
}

const CLIENTS: [string, string, S3ClientConfig][] = [
  ['a region', 'team-logs', { region: 'eu-central-1' }],
  ['a region of another partition', 'team-logs', { region: 'cn-north-1' }],
  ['a bucket with dots in its name', 'logs.example.com', { region: 'us-east-1' }],
  ['an endpoint of one’s own', 'team-logs', { region: 'us-east-1', endpoint: 'http://127.0.0.1:4566', forcePathStyle: true }],
];

describe('a request by the short way', () => {
  it.each(CLIENTS)('is a listing as the SDK sends it, for %s', async (_, Bucket, config) => {
    const input = { Bucket, ExpectedBucketOwner: account, MaxKeys: 1000, EncodingType: 'url', Prefix: 'p/' } as const;
    const markers = { KeyMarker: 'p/a b+ü', VersionIdMarker: 'v1' };
    const ours = await sentBy(config, (s3) => listVersions({ s3, bucket: Bucket, account, prefix: 'p/' }, { key: 'p/a b+ü', id: 'v1' }));
    expect(ours).toEqual(await sentBy(config, (s3) => s3.send(new ListObjectVersionsCommand({ ...input, ...markers }))));
  });

  it.each(CLIENTS)('is a deletion as the SDK sends it, for %s', async (_, Bucket, config) => {
    const place = { bucket: Bucket, account, pace: createPace(), bypass: true };
    const of = {
      Bucket,
      ExpectedBucketOwner: account,
      BypassGovernanceRetention: true,
      Delete: { Objects: [{ Key: 'k', VersionId: 'v' }] },
    };
    // The SDK's text begins with a declaration, and isn't asked to be quiet.
    const own = { 'content-length': 'its', 'x-amz-checksum-crc32': 'its', 'x-amz-content-sha256': 'its' };
    const same = (sent: { headers?: object }) => ({ ...sent, headers: { ...sent.headers, ...own } });
    const ours = await sentBy(config, (s3) => removeVersions({ s3, ...place }, [entry]));
    expect(Object.keys((ours as Sent).headers)).toEqual(expect.arrayContaining(Object.keys(own)));
    expect(same(ours)).toEqual(same(await sentBy(config, (s3) => s3.send(new DeleteObjectsCommand(of)))));
  });
});

describe('an answer by the short way', () => {
  it.each([
    ['half a result', 200, '<DeleteResult', 'InternalError', 'lost'],
    ['something else', 200, '<html></html>', 'InternalError', 'lost'],
    ['half a refusal', 403, '<Error><Code>AccessDenied</Code>', 'InternalError', 'lost'],
    ['a refusal', 403, '<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>\n', 'AccessDenied', undefined],
    ['a fault', 500, '<Error><Code>InternalError</Code></Error>', 'InternalError', 'lost'],
    ['a fault that a proxy told', 503, 'no healthy upstream', 'InternalError', 'busy'],
    ['an error of 200', 200, '<Error><Code>SlowDown</Code></Error>', 'SlowDown', 'busy'],
  ])('that is %s says as much of what was done as the SDK’s', async (_, status, text, name, said) => {
    const removal = { s3: answered(status, text, { region: 'us-east-1' }), bucket: 'b', account, pace: createPace(undefined, 1) };
    const error = await removeVersions(removal, [entry]).catch((thrown: unknown) => thrown);
    expect([(error as Error).name, unanswered(error)]).toEqual([name, said]);
  });
});
