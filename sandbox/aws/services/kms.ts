import { randomBytes } from 'node:crypto';
import type {
  DecryptRequest,
  DecryptResponse,
  DescribeKeyRequest,
  DescribeKeyResponse,
  EncryptRequest,
  EncryptResponse,
  GenerateDataKeyRequest,
  GenerateDataKeyResponse,
  GetKeyPolicyRequest,
  GetKeyPolicyResponse,
  KeyMetadata,
  ListAliasesResponse,
  ListKeysResponse,
  PutKeyPolicyRequest,
} from '@aws-sdk/client-kms';
import * as schemas from '@aws-sdk/client-kms';
import { AwsError, type Call, type Operation, type Question, type Service } from '../service.ts';
import type { KmsKey, KmsStore } from './kms-store.ts';

/** KMS API reference, "Encrypt": the most that is encrypted under a key itself. */
const MOST_PLAINTEXT = 4096;
const DATA_KEY_BYTES: Record<string, number> = { AES_256: 32, AES_128: 16 };

/** A question to IAM about a key; the encryption context counts as `kms:EncryptionContext:<key>`. */
export function keyQuestion(
  key: KmsKey,
  action: string,
  encryptionContext: Record<string, string> = {},
  more: Record<string, string> = {},
): Question {
  const keys = Object.keys(encryptionContext);
  return {
    action: `kms:${action}`,
    resource: key.arn,
    resourceAccount: key.account,
    resourcePolicy: key.policy,
    resourcePolicyKind: 'key',
    context: {
      ...Object.fromEntries(Object.entries(encryptionContext).map(([name, value]) => [`kms:EncryptionContext:${name}`, value])),
      ...(keys.length > 0 && { 'kms:EncryptionContextKeys': keys }),
      ...more,
    },
  };
}

/** The sandbox's KMS: symmetric keys, encrypted for real. */
export function createKms(store: KmsStore): Service {
  const usable = (key: KmsKey): KmsKey => {
    if (!key.enabled) throw new AwsError('DisabledException', `${key.arn} is disabled.`);
    return key;
  };
  const caller = (call: Call): Record<string, string> => ('account' in call.caller ? { 'kms:CallerAccount': call.caller.account } : {});

  /** An operation on the key that the input names. */
  const onKey = <Input extends { KeyId?: string | undefined; EncryptionContext?: Record<string, string> | undefined }, Output>(
    schema: unknown,
    action: string,
    run: (key: KmsKey, input: Input) => Output,
  ): Operation<Input, Output> => ({
    schema,
    questions: (input, call) => [
      keyQuestion(store.find(input.KeyId ?? '', call.region), action, input.EncryptionContext, {
        ...caller(call),
        ...aliasKeys(input.KeyId),
      }),
    ],
    run: (input, call) => run(store.find(input.KeyId ?? '', call.region), input),
  });

  const dataKey = (key: KmsKey, input: GenerateDataKeyRequest): { plaintext: Buffer; blob: Buffer } => {
    const { KeySpec: spec, NumberOfBytes: bytes } = input;
    if ((spec === undefined) === (bytes === undefined)) throw invalid('Please specify either number of bytes or key spec.');
    const length = bytes ?? DATA_KEY_BYTES[spec ?? ''];
    if (length === undefined || length < 1 || length > 1024)
      throw invalid(`1 validation error detected: Value '${bytes ?? spec}' failed to satisfy constraint`);
    const plaintext = randomBytes(length);
    return { plaintext, blob: store.encrypt(usable(key), plaintext, input.EncryptionContext ?? {}) };
  };

  const decrypt: Operation<DecryptRequest, DecryptResponse> = {
    schema: schemas.Decrypt$,
    questions: (input, call) => {
      const key = store.keyOf(input.CiphertextBlob ?? new Uint8Array(), call.region);
      if (input.KeyId !== undefined && store.find(input.KeyId, call.region) !== key) {
        throw new AwsError('IncorrectKeyException', 'The key ID in the request does not identify a CMK that can perform this operation.');
      }
      return [keyQuestion(key, 'Decrypt', input.EncryptionContext, { ...caller(call), ...aliasKeys(input.KeyId) })];
    },
    run: (input, call) => {
      const blob = input.CiphertextBlob ?? new Uint8Array();
      const key = usable(store.keyOf(blob, call.region));
      return {
        KeyId: key.arn,
        Plaintext: store.decrypt(key, blob, input.EncryptionContext ?? {}),
        EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      };
    },
  };

  return {
    name: 'kms',
    protocol: 'awsJson1_1',
    target: 'TrentService',
    operations: {
      Decrypt: decrypt,
      Encrypt: onKey<EncryptRequest, EncryptResponse>(schemas.Encrypt$, 'Encrypt', (key, input) => {
        const plaintext = input.Plaintext ?? new Uint8Array();
        if (plaintext.length > MOST_PLAINTEXT || plaintext.length === 0) {
          throw invalid(
            `1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length ${plaintext.length === 0 ? 'greater than or equal to 1' : `less than or equal to ${MOST_PLAINTEXT}`}`,
          );
        }
        return {
          KeyId: key.arn,
          CiphertextBlob: store.encrypt(usable(key), plaintext, input.EncryptionContext ?? {}),
          EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
        };
      }),
      GenerateDataKey: onKey<GenerateDataKeyRequest, GenerateDataKeyResponse>(schemas.GenerateDataKey$, 'GenerateDataKey', (key, input) => {
        const { plaintext, blob } = dataKey(key, input);
        return { KeyId: key.arn, Plaintext: plaintext, CiphertextBlob: blob };
      }),
      GenerateDataKeyWithoutPlaintext: onKey<GenerateDataKeyRequest, Omit<GenerateDataKeyResponse, 'Plaintext'>>(
        schemas.GenerateDataKeyWithoutPlaintext$,
        'GenerateDataKeyWithoutPlaintext',
        (key, input) => ({ KeyId: key.arn, CiphertextBlob: dataKey(key, input).blob }),
      ),
      DescribeKey: onKey<DescribeKeyRequest, DescribeKeyResponse>(schemas.DescribeKey$, 'DescribeKey', (key) => ({
        KeyMetadata: metadata(key),
      })),
      GetKeyPolicy: onKey<GetKeyPolicyRequest, GetKeyPolicyResponse>(schemas.GetKeyPolicy$, 'GetKeyPolicy', (key) => ({
        Policy: JSON.stringify(key.policy),
        PolicyName: 'default',
      })),
      PutKeyPolicy: onKey<PutKeyPolicyRequest, undefined>(schemas.PutKeyPolicy$, 'PutKeyPolicy', (key, input) => {
        try {
          store.setPolicy(key.keyId, JSON.parse(input.Policy ?? ''));
        } catch {
          throw new AwsError('MalformedPolicyDocumentException', 'The new key policy is not valid JSON.');
        }
      }),
      // IAM is asked as AWS asks it; nothing here works with grants, so none is given.
      CreateGrant: onKey(schemas.CreateGrant$, 'CreateGrant', () => {
        throw new AwsError('UnsupportedOperationException', 'Grants are not served in the sandbox.');
      }),
      ListKeys: {
        schema: schemas.ListKeys$,
        questions: (_: object, call: Call) => [{ action: 'kms:ListKeys', resource: '*', resourceAccount: call.account }],
        run: (_: object, call: Call): ListKeysResponse => ({
          Keys: store.list(call.region).map((key) => ({ KeyId: key.keyId, KeyArn: key.arn })),
          Truncated: false,
        }),
      },
      ListAliases: {
        schema: schemas.ListAliases$,
        questions: (_: object, call: Call) => [{ action: 'kms:ListAliases', resource: '*', resourceAccount: call.account }],
        run: (_: object, call: Call): ListAliasesResponse => ({
          Aliases: store.aliases(call.region).map((alias) => ({ AliasName: alias.name, AliasArn: alias.arn, TargetKeyId: alias.keyId })),
          Truncated: false,
        }),
      },
    },
  };
}

const aliasKeys = (id: string | undefined): Record<string, string> => {
  const alias = /(?:^|:)(alias\/.+)$/.exec(id ?? '')?.[1];
  return alias ? { 'kms:RequestAlias': alias } : {};
};

const metadata = (key: KmsKey): KeyMetadata => ({
  AWSAccountId: key.account,
  KeyId: key.keyId,
  Arn: key.arn,
  CreationDate: new Date(key.createdAt),
  Enabled: key.enabled,
  Description: key.description,
  KeyUsage: 'ENCRYPT_DECRYPT',
  KeyState: key.enabled ? 'Enabled' : 'Disabled',
  Origin: 'AWS_KMS',
  KeyManager: 'CUSTOMER',
  KeySpec: 'SYMMETRIC_DEFAULT',
  EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
  MultiRegion: false,
});

const invalid = (message: string): AwsError => new AwsError('ValidationException', message);
