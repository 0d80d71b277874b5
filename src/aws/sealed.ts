/**
 * Sealed values: how secrets travel between functions. The AWS Encryption SDK encrypts under the SEAL key, and the context
 * (what the value is for) is authenticated with it. The SDK compares nothing on decrypt, so `open` does, pair by pair.
 */
import { AlgorithmSuiteIdentifier, buildClient, CommitmentPolicy, KMS, KmsKeyringNode } from '@aws-crypto/client-node';
import type { Kind } from '../domain/request.ts';
import { BadInput, SealBroken, TryAgain } from '../errors.ts';
import { Secret } from '../secret.ts';
import { clientOptions, isPassing, nameOf } from './clients.ts';

/** What a sealed value is for. Each function's role allows its own purposes only (by `kms:EncryptionContext:purpose`). */
export interface SealContext {
  purpose: 'request' | 'taskToken' | 'code' | 'session' | 'toldEnd' | 'toldRefusal';
  requestId: string;
  bucket: string;
  account: string;
  approver?: string;
  attempt?: number;
  /** Digest of what the approver was shown, of a code; of what was told, of a mark that it was. */
  shown?: string;
  /** Of a session: what it was taken for. */
  kind?: Kind;
  rehearsal?: boolean;
  bypassGovernance?: boolean | undefined;
  /** Of a session of a purge: which versions. */
  purge?: string;
}

export interface Seals {
  /** Seals a value for one purpose; gives base64. */
  seal(value: Secret, context: SealContext): Promise<string>;
  /** Opens a sealed value that was sealed for exactly this. Throws SealBroken where it was sealed for anything else. */
  open(sealed: string, expected: SealContext): Promise<Secret>;
}

// A committing suite without signing. Nobody makes a seal of a purpose without the right to seal for it, or to open one: who may open a seal holds
// its data key then, and could put another text under the very same context with it. A signature would keep even that out. It is left out since what
// opens is what acts on the text: `inspect` could pass a request that it made up, `elevate` and `deleteBucket` have code and session themselves.
const SUITE = AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY;

/** Seals under one KMS key (its ARN). */
export function createSeals(keyArn: string): Seals {
  const region = keyArn.split(':')[3] ?? '';
  const kms = new KMS(clientOptions(region));
  const keyring = new KmsKeyringNode({ generatorKeyId: keyArn, clientProvider: () => kms });
  const { encrypt, decrypt } = buildClient({ commitmentPolicy: CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT, maxEncryptedDataKeys: 1 });

  return {
    async seal(value, context) {
      const { result } = await encrypt(keyring, value.reveal(), { suiteId: SUITE, encryptionContext: pairs(context) });
      return result.toString('base64');
    },

    async open(sealed, expected) {
      const wanted = pairs(expected);
      let opened: Awaited<ReturnType<typeof decrypt>>;
      try {
        opened = await decrypt(keyring, Buffer.from(sealed, 'base64'));
      } catch (error) {
        // The keyring gathers KMS's errors into the text of its own.
        const text = error instanceof Error ? error.message : '';
        if (isPassing(error) || /Throttl|Timeout|ECONN|InternalException|KMSInternal|DependencyTimeout/i.test(text)) {
          throw new TryAgain('KMS could not open a seal for the moment; it is tried again.');
        }
        throw new SealBroken(`A sealed ${expected.purpose} could not be opened; ask again with a new request.`, { cause: nameOf(error) });
      }
      const found = opened.messageHeader.encryptionContext;
      const keys = new Set([...Object.keys(wanted), ...Object.keys(found)]);
      for (const key of keys) {
        if (found[key] !== wanted[key]) {
          throw new SealBroken(`A sealed value was made for another ${key} than the one at hand; ask again with a new request.`);
        }
      }
      return new Secret(opened.plaintext.toString('utf8'));
    },
  };
}

/** The context as the SDK takes it: strings only, absent members left out. */
function pairs(context: SealContext): Record<string, string> {
  const entries = Object.entries(context).filter(([, value]) => value !== undefined);
  if (entries.some(([, value]) => value === '')) throw new BadInput('A seal needs to know what it is for.');
  return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]));
}
