/** AWS, as the person who runs the command reaches it: the ordinary credential chain, asked once, and a client for each region. */
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { policyClient } from '../src/aws/bucket-policy.ts';
import { nameOf } from '../src/aws/clients.ts';
import { Failure } from './failure.ts';
import { answerTo, canAsk } from './terminal.ts';

export interface Aws {
  /** Whose credentials they are. */
  account: string;
  caller: string;
  credentials: ReturnType<typeof fromNodeProviderChain>;
  /** For reading. */
  s3(region: string): S3Client;
  /** For changing policies: the SDK sends nothing twice. */
  policies(region: string): S3Client;
  kms(region: string): KMSClient;
}

const DEFAULT_REGION = 'us-east-1';

/**
 * Finds out who runs the command. Throws Failure where there are no credentials, or AWS doesn't know them.
 * @param region where STS is asked; by default the environment's
 */
export async function connect(region = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? DEFAULT_REGION): Promise<Aws> {
  const credentials = credentialChain(region);
  const { account, caller } = await callerOf(new STSClient({ region, credentials }));
  return {
    account,
    caller,
    credentials,
    s3: kept((where) => new S3Client({ region: where, credentials })),
    policies: kept((where) => policyClient(where, credentials)),
    kms: kept((where) => new KMSClient({ region: where, credentials })),
  };
}

/** The ordinary chain; of a profile with `mfa_serial` the code is asked for. */
export function credentialChain(region: string): Aws['credentials'] {
  return fromNodeProviderChain({
    clientConfig: { region },
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

/** What it means that AWS can't be asked at all; undefined for every other error. */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  const name = nameOf(error);
  const { message = '', code = '' } = error as { message?: string; code?: string };
  if (name === 'CredentialsProviderError' || name === 'TokenProviderError') {
    return new Failure(
      `no AWS credentials could be had (${message.split('\n')[0]})`,
      'name a profile with AWS_PROFILE=…, or aws sso login',
      {
        cause: error,
      },
    );
  }
  if (/^(?:InvalidClientTokenId|UnrecognizedClient|InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken)/.test(name)) {
    return new Failure(`AWS takes these credentials not (${name})`, 'aws sts get-caller-identity says whether they work; take others', {
      cause: error,
    });
  }
  if (/^(?:ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH)/.test(code) || name === 'TimeoutError') {
    const where = process.env.AWS_ENDPOINT_URL ? ` at ${process.env.AWS_ENDPOINT_URL} (AWS_ENDPOINT_URL)` : '';
    return new Failure(`AWS can't be reached${where} (${code || name})`, 'is the network, or the sandbox, up?', { cause: error });
  }
  return undefined;
}

function kept<T>(make: (region: string) => T): (region: string) => T {
  const clients = new Map<string, T>();
  return (region) => {
    const client = clients.get(region) ?? make(region);
    clients.set(region, client);
    return client;
  };
}
