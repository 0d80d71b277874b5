/** AWS, as the person who runs the command reaches it: the ordinary credential chain, asked once, and a client for each region. */
import { S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { policyClient } from '../src/aws/bucket-policy.ts';
import { clientOptions } from '../src/aws/clients.ts';
import { Failure, failureOf } from './failure.ts';
import { answerTo, canAsk } from './terminal.ts';

export interface Aws {
  /** Whose credentials they are. */
  account: string;
  caller: string;
  credentials: ReturnType<typeof fromNodeProviderChain>;
  /** For reading. */
  s3(region: string): S3Client;
  /** For writing: the SDK sends nothing twice. */
  once(region: string): S3Client;
  /** Who manages a KMS key; undefined where that is not told. `region` is where the key lies, if its name doesn't say. */
  managerOf(key: string, region: string): Promise<'AWS' | 'CUSTOMER' | undefined>;
}

const DEFAULT_REGION = 'us-east-1';

/**
 * Finds out who runs the command. Throws Failure where there are no credentials, or AWS doesn't know them.
 * @param region where STS is asked; by default the environment's
 */
export async function connect(region = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? DEFAULT_REGION): Promise<Aws> {
  const credentials = credentialChain(region);
  const { account, caller } = await callerOf(new STSClient({ ...clientOptions(region), credentials }));
  return {
    account,
    caller,
    credentials,
    s3: kept((where) => new S3Client({ ...clientOptions(where), credentials, ...addressing() })),
    once: kept((where) => policyClient(where, credentials, addressing())),
    managerOf: (key, where) => managerOf(key, where, credentials),
  };
}

/** At an address of one's own the bucket stands in the path, as with the AWS CLI: no name server knows `bucket.localhost`. */
const addressing = () => ({ forcePathStyle: Boolean(process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL) });

/** The ordinary chain; of a profile with `mfa_serial` the code is asked for. */
export function credentialChain(region: string): Aws['credentials'] {
  return fromNodeProviderChain({
    clientConfig: clientOptions(region),
    mfaCodeProvider: async (serial) => {
      if (!canAsk()) throw new Failure(`the profile wants a code of ${serial}, and nobody is there to type it`, 'run it in a terminal');
      return (await answerTo(`MFA code of ${serial}: `)).trim();
    },
  });
}

async function callerOf(sts: STSClient): Promise<{ account: string; caller: string }> {
  try {
    const { Account = '', Arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
    return { account: Account, caller: Arn };
  } catch (error) {
    throw failureOf(error) ?? error;
  }
}

async function managerOf(key: string, where: string, credentials: Aws['credentials']): ReturnType<Aws['managerOf']> {
  const { DescribeKeyCommand, KMSClient } = await import('@aws-sdk/client-kms');
  const kms = new KMSClient({ ...clientOptions(/^arn:aws:kms:([\w-]+):/.exec(key)?.[1] ?? where), credentials });
  try {
    return (await kms.send(new DescribeKeyCommand({ KeyId: key }))).KeyMetadata?.KeyManager;
  } catch {
    // Whose key it is may not be ours to know; it is then told as one that may be anybody's.
    return undefined;
  } finally {
    kms.destroy();
  }
}

function kept<T>(make: (region: string) => T): (region: string) => T {
  const clients = new Map<string, T>();
  return (region) => {
    const client = clients.get(region) ?? make(region);
    clients.set(region, client);
    return client;
  };
}
