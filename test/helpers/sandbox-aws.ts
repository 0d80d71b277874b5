import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMS } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { Secret, TOTP } from 'otpauth';
import { Aws } from '../../sandbox/aws/aws.ts';
import { Clock } from '../../sandbox/clock.ts';
import { Faults } from '../../sandbox/faults.ts';
import { Kept } from './kept.ts';

export const ACCOUNT = '111122223333';
export const SEED = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** A policy of the given statements. */
export const policy = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });
export const ALLOW_ALL = policy({ Effect: 'Allow', Action: '*', Resource: '*' });

/** The sandbox's AWS on a free port, and SDK clients for it. */
export async function startAws(assumeRoleMfa: 'absent' | 'false' | 'true' = 'absent') {
  const clock = new Clock();
  const faults = new Faults();
  const aws = new Aws({ clock, faults, account: ACCOUNT, region: 'us-east-1', assumeRoleMfa });
  const url = await aws.listen(0);
  const common = (keys: Keys, region: string) => ({
    endpoint: url,
    region,
    credentials: {
      accessKeyId: keys.accessKeyId,
      secretAccessKey: keys.secretAccessKey,
      ...(keys.sessionToken && { sessionToken: keys.sessionToken }),
    },
    maxAttempts: 1,
  });
  const kept = new Kept();
  const s3 = (keys: Keys, region = 'us-east-1') =>
    kept.get('s3', keys, region, () => new S3Client({ ...common(keys, region), forcePathStyle: true }));
  return {
    aws,
    clock,
    faults,
    url,
    s3,
    sts: (keys: Keys, region = 'us-east-1') => kept.get('sts', keys, region, () => new STSClient(common(keys, region))),
    kms: (keys: Keys, region = 'us-east-1') => kept.get('kms', keys, region, () => new KMS(common(keys, region))),
    iam: (keys: Keys) => kept.get('iam', keys, 'us-east-1', () => new IAMClient(common(keys, 'us-east-1'))),
    secrets: (keys: Keys) => kept.get('secrets', keys, 'us-east-1', () => new SecretsManagerClient(common(keys, 'us-east-1'))),
    dynamodb: (keys: Keys) => kept.get('dynamodb', keys, 'us-east-1', () => new DynamoDBClient(common(keys, 'us-east-1'))),
    /** A user and its long-term key. */
    user: (name: string, ...documents: object[]): Keys => {
      aws.iam.createUser({ name, policies: documents.map((document, index) => ({ name: `policy-${index}`, document })) });
      return aws.iam.createAccessKey(name);
    },
    /** The code of the seed's device, so many steps away from now. */
    code: (steps = 0, seed = SEED): string =>
      new TOTP({ secret: Secret.fromBase32(seed) }).generate({ timestamp: clock.now() + steps * 30_000 }),
    close: async () => {
      kept.destroy();
      clock.close();
      await aws.close();
    },
  };
}

export type Running = Awaited<ReturnType<typeof startAws>>;

/** An AWS that this process's clients find by the environment, with the keys of a user who may do everything. Once it is closed, the environment is as it was. */
export async function startAwsForAll(): Promise<Running> {
  const before = { ...process.env };
  const run = await startAws();
  const { accessKeyId, secretAccessKey } = run.user('functions', ALLOW_ALL);
  Object.assign(process.env, { AWS_ENDPOINT_URL: run.url, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
  delete process.env.AWS_SESSION_TOKEN;
  const close = (): Promise<void> => {
    process.env = before;
    return run.close();
  };
  return { ...run, close };
}

/** What an SDK call failed with. Throws when it did not fail. */
export async function failure(
  call: Promise<unknown>,
): Promise<{ name: string; message: string; status: number | undefined; [more: string]: unknown }> {
  try {
    await call;
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { ...(error as object), name, message, status: $metadata?.httpStatusCode };
  }
  throw new Error('the call was expected to fail');
}
