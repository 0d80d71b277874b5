import { Readable } from 'node:stream';
import * as iam from '@aws-sdk/client-iam';
import * as kms from '@aws-sdk/client-kms';
import * as s3 from '@aws-sdk/client-s3';
import * as secrets from '@aws-sdk/client-secrets-manager';
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { type HttpRequest, HttpResponse } from '@smithy/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';
import fc from 'fast-check';
import { protocolOf } from '../../sandbox/aws/protocol.ts';
import { type OperationShape, shapeOf } from '../../sandbox/aws/schema.ts';
import type { Service } from '../../sandbox/aws/service.ts';
import { createIam } from '../../sandbox/aws/services/iam.ts';
import { IamStore } from '../../sandbox/aws/services/iam-store.ts';
import { createKms } from '../../sandbox/aws/services/kms.ts';
import { KmsStore } from '../../sandbox/aws/services/kms-store.ts';
import { createS3 } from '../../sandbox/aws/services/s3/index.ts';
import { SecretStore } from '../../sandbox/aws/services/secret-store.ts';
import { createSecretsManager } from '../../sandbox/aws/services/secrets-manager.ts';
import { createSts } from '../../sandbox/aws/services/sts.ts';
import { splitTarget, type WireRequest } from '../../sandbox/aws/wire.ts';
import { Clock } from '../../sandbox/clock.ts';
import { ACCOUNT } from '../helpers/sandbox-aws.ts';

const clock = new Clock();
const place = { clock, account: ACCOUNT, region: 'us-east-1' };
const services: [string, Service, Record<string, unknown>, string][] = [
  ['S3', createS3(place).service, s3, 'S3Client'],
  ['IAM', createIam(new IamStore(place)), iam, 'IAMClient'],
  ['KMS', createKms(new KmsStore(place)), kms, 'KMSClient'],
  ['Secrets Manager', createSecretsManager(new SecretStore(place), new KmsStore(place)), secrets, 'SecretsManagerClient'],
  [
    'STS',
    createSts({ iam: new IamStore(place), credentials: null as never, mfa: null as never, assumeRoleMfa: 'absent' }),
    { STSClient, AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand },
    'STSClient',
  ],
];

/** Members that the client itself checks, fills in or takes for something else. */
const LEFT_ALONE =
  /^(SSECustomer|CopySourceSSE|Checksum|ContentMD5|ContentLength|ContentEncoding|Bucket|Expires$|ExpiresString|ObjectLock.*|WriteOffset)/;

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((value) => value.trim() === value && value !== '');
const headerText = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9=+/:._-]{0,11}$/);
const seconds = fc.integer({ min: 0, max: 4_000_000_000 }).map((value) => new Date(value * 1000));

/** Values of a shape, as the SDK types them. */
function valuesOf(schema: NormalizedSchema, depth = 0): fc.Arbitrary<unknown> {
  const { httpHeader, httpPrefixHeaders } = schema.getMergedTraits();
  if (schema.isStructSchema()) {
    const members = [...schema.structIterator()].filter(([name]) => !LEFT_ALONE.test(name));
    // A union holds one of its members.
    if (schema.isUnionSchema())
      return fc.oneof(...members.map(([name, member]) => valuesOf(member, depth + 1).map((value) => ({ [name]: value }))));
    const parts = Object.fromEntries(members.map(([name, member]) => [name, valuesOf(member, depth + 1)]));
    // What has no member isn't written in a list, and an answer whose body is one member has it.
    const first = members[0]?.[0];
    const present = members
      .filter(([name, member]) => member.getMergedTraits().httpPayload || (depth > 0 && name === first))
      .map(([name]) => name);
    return fc.record(parts, { requiredKeys: present });
  }
  if (schema.isListSchema()) return fc.array(valuesOf(schema.getValueSchema(), depth + 1), { minLength: 1, maxLength: 3 });
  if (schema.isMapSchema()) {
    return fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), httpPrefixHeaders ? headerText : valuesOf(schema.getValueSchema(), depth + 1), {
      minKeys: 1,
      maxKeys: 3,
      noNullPrototype: true,
    });
  }
  if (schema.isBooleanSchema()) return fc.boolean();
  if (schema.isNumericSchema()) return fc.integer({ min: 1, max: 1000 });
  if (schema.isTimestampSchema()) return seconds;
  if (schema.isBlobSchema()) return fc.uint8Array({ minLength: 1, maxLength: 20 }).map((bytes) => Buffer.from(bytes));
  if (httpHeader) return headerText;
  return text;
}

async function bytesOf(body: unknown): Promise<Uint8Array> {
  if (body === undefined) return new Uint8Array();
  if (typeof body === 'string') return Buffer.from(body);
  if (ArrayBuffer.isView(body)) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return Buffer.concat(await (body as Readable).toArray());
}

/** What a client sends for a command, and what it makes of the answer. */
async function throughClient(
  module: Record<string, unknown>,
  clientName: string,
  name: string,
  input: object,
  answer: (request: WireRequest) => { status: number; headers: Record<string, string>; body?: unknown },
) {
  const Client = module[clientName] as new (
    options: object,
  ) => { send(command: unknown): Promise<Record<string, unknown>>; destroy(): void };
  const Command = module[`${name}Command`] as new (input: object) => unknown;
  const requestHandler = {
    async handle(request: HttpRequest) {
      const query = Object.entries(request.query ?? {}).flatMap(([key, value]) =>
        [value].flat().map((one) => `${encodeURIComponent(key)}=${encodeURIComponent(one ?? '')}`),
      );
      const wire: WireRequest = {
        method: request.method,
        ...splitTarget(`${request.path}?${query.join('&')}`),
        headers: Object.fromEntries(Object.entries(request.headers).map(([key, value]) => [key.toLowerCase(), value])),
        body: await bytesOf(request.body),
      };
      const { status, headers, body } = answer(wire);
      return { response: new HttpResponse({ statusCode: status, headers, body: Readable.from([Buffer.from(await bytesOf(body))]) }) };
    },
    destroy() {},
  };
  const client = new Client({
    endpoint: 'http://127.0.0.1:1',
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'AKIA', secretAccessKey: 'x' },
    requestHandler,
    maxAttempts: 1,
  });
  try {
    return await client.send(new Command(input));
  } finally {
    client.destroy();
  }
}

const required = (shape: OperationShape): Record<string, fc.Arbitrary<unknown>> =>
  Object.fromEntries(
    (shape.input.isStructSchema() ? [...shape.input.structIterator()] : [])
      .filter(([name]) => shape.required.includes(name))
      .map(([name, member]) => [
        name,
        name === 'Bucket' ? fc.constant('team-x') : name === 'CopySource' ? fc.constant('team-x/a%20b') : valuesOf(member),
      ]),
  );

describe.each(services)('the wire of %s', (_, service, module, clientName) => {
  const protocol = protocolOf(service);

  it.each(Object.keys(service.operations))('carries %s to the service and back as the SDK’s client writes and reads it', async (name) => {
    const shape = shapeOf(service.operations[name]?.schema);
    const needed = required(shape);
    const inputs = shape.input.isStructSchema()
      ? fc.tuple(valuesOf(shape.input), fc.record(needed)).map(([more, must]) => ({ ...(more as object), ...must }))
      : fc.constant({});
    const outputs = shape.output.isStructSchema() ? valuesOf(shape.output) : fc.constant({});
    await fc.assert(
      fc.asyncProperty(inputs, outputs, async (input, output) => {
        let read: unknown;
        let route: string | undefined;
        const received = await throughClient(module, clientName, name, input, (request) => {
          route = protocol.route(request);
          read = protocol.read(shape, request);
          return protocol.write(shape, output, 'request-1');
        });
        expect(route).toBe(name);
        expect(plain(read)).toMatchObject(plain(input) as object);
        expect(await materialised(received)).toMatchObject(plain(output) as object);
      }),
      { numRuns: 10 },
    );
  });
});

/** Bytes as numbers, so that a Buffer and a Uint8Array compare equal. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
}

async function materialised(output: Record<string, unknown>): Promise<unknown> {
  const body = output.Body as { transformToByteArray?: () => Promise<Uint8Array> } | undefined;
  return plain(body?.transformToByteArray ? { ...output, Body: await body.transformToByteArray() } : output);
}
