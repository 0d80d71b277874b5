/** Secrets Manager: the approvers' keys (for `elevate` alone), the signing secret and the bot token. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { ConfigError } from '../errors.ts';
import { Secret } from '../secret.ts';
import { clientOptions, unless } from './clients.ts';

export interface SecretReader {
  /** The value of a secret. Throws ConfigError where it holds none; all other errors of the SDK's. */
  read(name: string): Promise<Secret>;
}

export function createSecretReader(region: string): SecretReader {
  const client = new SecretsManagerClient(clientOptions(region));
  return {
    async read(name) {
      // Made by the deployment and not filled yet, it has no current version, and is not found (Secrets Manager API Reference, GetSecretValue, "Errors").
      const found = await unless('ResourceNotFoundException', client.send(new GetSecretValueCommand({ SecretId: name })));
      if (!found?.SecretString) throw new ConfigError(`The secret ${name} holds no text; put its value there (docs/install.md).`);
      // Typed into a terminal, a value ends with a line break.
      return new Secret(found.SecretString.trim());
    },
  };
}

/** Reads a secret when it is first asked for, and keeps it; a read that failed is made again. */
export function kept(secrets: SecretReader, name: string): () => Promise<Secret> {
  let value: Secret | undefined;
  return async () => {
    value ??= await secrets.read(name);
    return value;
  };
}

const AccessKey = z.object({ accessKeyId: z.string().regex(/^AKIA[A-Z0-9]+$/), secretAccessKey: z.string().min(1) });

/** An approver's access key. */
export interface AccessKey {
  accessKeyId: string;
  secretAccessKey: Secret;
}

/** Reads `{"accessKeyId", "secretAccessKey"}`. Throws ConfigError where the secret holds something else (never its text). */
export function parseAccessKey(secret: Secret, name: string): AccessKey {
  let value: unknown;
  try {
    value = JSON.parse(secret.reveal());
  } catch {
    value = undefined;
  }
  const parsed = AccessKey.safeParse(value);
  if (!parsed.success) {
    throw new ConfigError(`The secret ${name} must hold {"accessKeyId": "AKIA…", "secretAccessKey": "…"}; put the approver's key there.`);
  }
  return { accessKeyId: parsed.data.accessKeyId, secretAccessKey: new Secret(parsed.data.secretAccessKey) };
}
