import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { AwsError } from '../service.ts';

export interface KmsKey {
  keyId: string;
  arn: string;
  region: string;
  account: string;
  policy: unknown;
  description: string;
  createdAt: number;
  enabled: boolean;
}

type EncryptionContext = Record<string, string>;

/** Format byte, length of the ARN, ARN, IV, tag, ciphertext. */
const FORMAT = 1;
const IV = 12;
const TAG = 16;

/** Symmetric keys, and what was encrypted under them: AES-256-GCM, the encryption context as additional data. */
export class KmsStore {
  readonly #clock: Clock;
  readonly #account: string;
  readonly #region: string;
  readonly #keys = new Map<string, KmsKey>();
  readonly #material = new Map<string, Buffer>();
  /** By region and name, `us-east-1 alias/x`. */
  readonly #aliases = new Map<string, { name: string; arn: string; keyId: string; region: string }>();

  constructor(options: { clock: Clock; account: string; region: string }) {
    this.#clock = options.clock;
    this.#account = options.account;
    this.#region = options.region;
  }

  /** A symmetric key; in the sandbox's region unless given. */
  createKey(input: { policy: unknown; description?: string; region?: string }): KmsKey {
    const keyId = randomUUID();
    const region = input.region ?? this.#region;
    const key: KmsKey = {
      keyId,
      arn: `arn:aws:kms:${region}:${this.#account}:key/${keyId}`,
      region,
      account: this.#account,
      policy: input.policy,
      description: input.description ?? '',
      createdAt: this.#clock.now(),
      enabled: true,
    };
    this.#keys.set(keyId, key);
    this.#material.set(keyId, randomBytes(32));
    return key;
  }

  /** Names a key `alias/…`. Throws NotFoundException, InvalidAliasNameException. */
  createAlias(name: string, keyId: string): void {
    const key = this.#keys.get(keyId.split('/').at(-1) ?? '');
    if (!key) throw notFound(`Key '${keyId}' does not exist`);
    if (!/^alias\/[\w/-]+$/.test(name)) throw new AwsError('InvalidAliasNameException', `${name} is no alias`);
    this.#aliases.set(`${key.region} ${name}`, {
      name,
      arn: `arn:aws:kms:${key.region}:${this.#account}:${name}`,
      keyId: key.keyId,
      region: key.region,
    });
  }

  setPolicy(keyId: string, policy: unknown): void {
    const key = this.#keys.get(keyId);
    if (!key) throw notFound(`Key '${keyId}' does not exist`);
    key.policy = policy;
  }

  setEnabled(keyId: string, enabled: boolean): void {
    const key = this.#keys.get(keyId);
    if (!key) throw notFound(`Key '${keyId}' does not exist`);
    key.enabled = enabled;
  }

  list(region: string): KmsKey[] {
    return [...this.#keys.values()].filter((key) => key.region === region);
  }

  aliases(region: string): { name: string; arn: string; keyId: string }[] {
    return [...this.#aliases.values()].filter((alias) => alias.region === region);
  }

  /** By id, ARN, alias or alias ARN, as a call signed for `region` may name it. Throws NotFoundException. */
  find(id: string, region: string): KmsKey {
    const arn = /^arn:aws:kms:([^:]+):(\d{12}):(.+)$/.exec(id);
    if (arn && arn[1] !== region) throw notFound(`Invalid arn ${arn[1]}`);
    const name = arn?.[3] ?? id;
    if (name.startsWith('alias/')) {
      const alias = this.#aliases.get(`${region} ${name}`);
      const key = alias && this.#keys.get(alias.keyId);
      if (!key) throw notFound(`Alias arn:aws:kms:${region}:${this.#account}:${name} is not found.`);
      return key;
    }
    const key = this.#keys.get(name.replace(/^key\//, ''));
    if (key?.region !== region || (arn && arn[2] !== this.#account)) {
      throw notFound(`Key 'arn:aws:kms:${region}:${this.#account}:key/${name.replace(/^key\//, '')}' does not exist`);
    }
    return key;
  }

  encrypt(key: KmsKey, plaintext: Uint8Array, context: EncryptionContext): Buffer {
    const arn = Buffer.from(key.arn);
    const iv = randomBytes(IV);
    const cipher = createCipheriv('aes-256-gcm', this.#materialOf(key), iv).setAAD(additionalData(key, context));
    const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    return Buffer.concat([Buffer.from([FORMAT, arn.length]), arn, iv, cipher.getAuthTag(), body]);
  }

  /** The key that a ciphertext names. Throws InvalidCiphertextException. */
  keyOf(ciphertext: Uint8Array, region: string): KmsKey {
    const blob = Buffer.from(ciphertext);
    const arn = blob[0] === FORMAT ? blob.toString('utf8', 2, 2 + (blob[1] ?? 0)) : '';
    const key = this.#keys.get(arn.split('key/')[1] ?? '');
    // A key of another region can't be reached from here: KMS knows such a ciphertext no better than a foreign one.
    if (key?.arn !== arn || key.region !== region || blob.length < 2 + arn.length + IV + TAG) throw invalidCiphertext();
    return key;
  }

  /** Throws InvalidCiphertextException where the context isn't the one that was encrypted with, or the blob was changed. */
  decrypt(key: KmsKey, ciphertext: Uint8Array, context: EncryptionContext): Buffer {
    const blob = Buffer.from(ciphertext);
    const start = 2 + (blob[1] ?? 0);
    const decipher = createDecipheriv('aes-256-gcm', this.#materialOf(key), blob.subarray(start, start + IV))
      .setAuthTag(blob.subarray(start + IV, start + IV + TAG))
      .setAAD(additionalData(key, context));
    try {
      return Buffer.concat([decipher.update(blob.subarray(start + IV + TAG)), decipher.final()]);
    } catch {
      throw invalidCiphertext();
    }
  }

  #materialOf(key: KmsKey): Buffer {
    const material = this.#material.get(key.keyId);
    if (!material) throw notFound(`Key '${key.arn}' does not exist`);
    return material;
  }
}

const additionalData = (key: KmsKey, context: EncryptionContext): Buffer =>
  Buffer.from(JSON.stringify([key.arn, Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))]));

const notFound = (message: string): AwsError => new AwsError('NotFoundException', message);

// KMS answers it without a message, so that nothing is learnt about the ciphertext (KMS API reference, "Decrypt").
const invalidCiphertext = (): AwsError => new AwsError('InvalidCiphertextException', '');
