import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { AwsError } from '../service.ts';

interface Version {
  id: string;
  value: string | Uint8Array;
  createdAt: number;
}

export interface StoredSecret {
  name: string;
  arn: string;
  /** ARN of the customer's key; absent: `aws/secretsmanager`. */
  kmsKeyArn?: string;
  policy?: unknown;
  description?: string;
  createdAt: number;
  /** Oldest first; the last is AWSCURRENT, the one before AWSPREVIOUS. */
  versions: Version[];
}

/** Secrets with their versions. */
export class SecretStore {
  readonly #clock: Clock;
  readonly #account: string;
  readonly #region: string;
  readonly #secrets = new Map<string, StoredSecret>();

  constructor(options: { clock: Clock; account: string; region: string }) {
    this.#clock = options.clock;
    this.#account = options.account;
    this.#region = options.region;
  }

  /** A secret; its ARN ends in six characters of its own (Secrets Manager user guide, "What's in a secret"). Throws ResourceExistsException. */
  create(input: { name: string; value?: string | Uint8Array; kmsKeyArn?: string; policy?: unknown; description?: string }): StoredSecret {
    if (this.#secrets.has(input.name)) {
      throw new AwsError('ResourceExistsException', `The operation failed because the secret ${input.name} already exists.`);
    }
    const suffix = randomBytes(16)
      .toString('base64')
      .replace(/[^A-Za-z0-9]/g, '')
      .slice(0, 6);
    const secret: StoredSecret = {
      name: input.name,
      arn: `arn:aws:secretsmanager:${this.#region}:${this.#account}:secret:${input.name}-${suffix}`,
      createdAt: this.#clock.now(),
      versions: [],
      ...(input.kmsKeyArn !== undefined && { kmsKeyArn: input.kmsKeyArn }),
      ...(input.policy !== undefined && { policy: input.policy }),
      ...(input.description !== undefined && { description: input.description }),
    };
    this.#secrets.set(secret.name, secret);
    if (input.value !== undefined) this.put(input.name, input.value);
    return secret;
  }

  /** A new AWSCURRENT version. @returns its id. Throws ResourceNotFoundException. */
  put(id: string, value: string | Uint8Array, versionId: string = randomUUID()): string {
    this.get(id).versions.push({ id: versionId, value, createdAt: this.#clock.now() });
    return versionId;
  }

  setPolicy(id: string, policy: unknown): void {
    this.get(id).policy = policy;
  }

  list(): StoredSecret[] {
    return [...this.#secrets.values()];
  }

  /** By name, ARN, or ARN without its six characters. */
  find(id: string): StoredSecret | undefined {
    return this.#secrets.get(id) ?? this.list().find(({ arn }) => arn === id || arn.slice(0, -7) === id);
  }

  /** Throws ResourceNotFoundException. */
  get(id: string): StoredSecret {
    const secret = this.find(id);
    if (!secret) throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    return secret;
  }

  /** The ARN that a policy sees for an id that no secret has. */
  arnFor(id: string): string {
    return this.find(id)?.arn ?? (id.startsWith('arn:') ? id : `arn:aws:secretsmanager:${this.#region}:${this.#account}:secret:${id}`);
  }
}

/** The staging labels of a version (Secrets Manager user guide, "Secret versions"). */
export const stagesOf = (secret: StoredSecret, version: Version): string[] =>
  version === secret.versions.at(-1) ? ['AWSCURRENT'] : version === secret.versions.at(-2) ? ['AWSPREVIOUS'] : [];
