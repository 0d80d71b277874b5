import { randomUUID } from 'node:crypto';
import type {
  CreateSecretRequest,
  CreateSecretResponse,
  DescribeSecretRequest,
  DescribeSecretResponse,
  GetResourcePolicyRequest,
  GetResourcePolicyResponse,
  GetSecretValueRequest,
  GetSecretValueResponse,
  ListSecretsResponse,
  PutSecretValueRequest,
  PutSecretValueResponse,
} from '@aws-sdk/client-secrets-manager';
import * as schemas from '@aws-sdk/client-secrets-manager';
import { AwsError, type Call, type Operation, type Service } from '../service.ts';
import { keyQuestion } from './kms.ts';
import type { KmsStore } from './kms-store.ts';
import { type SecretStore, type StoredSecret, stagesOf } from './secret-store.ts';

/** The sandbox's Secrets Manager. Values under a customer's key need the caller's right on that key, through this service. */
export function createSecretsManager(store: SecretStore, kms: KmsStore): Service {
  /** An operation on the secret that the input names. */
  const onSecret = <Input extends { SecretId?: string | undefined }, Output>(
    schema: unknown,
    action: string,
    run: (secret: StoredSecret, input: Input, call: Call) => Output | Promise<Output>,
  ): Operation<Input, Output> => ({
    schema,
    questions: (input, call) => [
      {
        action: `secretsmanager:${action}`,
        resource: store.arnFor(input.SecretId ?? ''),
        resourceAccount: call.account,
        context: { 'secretsmanager:SecretId': input.SecretId ?? '' },
        ...policyOf(store.find(input.SecretId ?? '')),
      },
    ],
    run: (input, call) => run(store.get(input.SecretId ?? ''), input, call),
  });

  /** Secrets Manager user guide, "Secret encryption and decryption": the caller's own right on the key is asked, with these two pairs as context. */
  const askKey = async (
    secret: Pick<StoredSecret, 'arn' | 'kmsKeyArn'>,
    versionId: string,
    actions: string[],
    call: Call,
  ): Promise<void> => {
    if (secret.kmsKeyArn === undefined) return;
    const key = kms.find(secret.kmsKeyArn, call.region);
    for (const action of actions) {
      const question = keyQuestion(
        key,
        action,
        { SecretARN: secret.arn, SecretVersionId: versionId },
        { 'kms:ViaService': `secretsmanager.${call.region}.amazonaws.com`, 'kms:CallerAccount': call.account, 'aws:ViaAWSService': 'true' },
      );
      if (!(await call.check(question)).allowed) throw new AwsError('AccessDeniedException', 'Access to KMS is not allowed');
    }
  };

  const put = async (
    secret: StoredSecret,
    input: Pick<PutSecretValueRequest, 'SecretString' | 'SecretBinary' | 'ClientRequestToken'>,
    call: Call,
  ): Promise<PutSecretValueResponse> => {
    const value = contentOf(input);
    const versionId = input.ClientRequestToken ?? randomUUID();
    // Decrypted is what a version holds already, to see whether it is the same (user guide, "How Secrets Manager uses your KMS key").
    const again = secret.versions.some(({ id }) => id === versionId);
    await askKey(secret, versionId, again ? ['Decrypt'] : ['GenerateDataKey'], call);
    return { ARN: secret.arn, Name: secret.name, VersionId: store.put(secret.arn, value, versionId), VersionStages: ['AWSCURRENT'] };
  };

  return {
    name: 'secretsmanager',
    protocol: 'awsJson1_1',
    target: 'secretsmanager',
    operations: {
      GetSecretValue: onSecret<GetSecretValueRequest, GetSecretValueResponse>(
        schemas.GetSecretValue$,
        'GetSecretValue',
        async (secret, input, call) => {
          const stage = input.VersionStage ?? (input.VersionId === undefined ? 'AWSCURRENT' : undefined);
          const version = secret.versions.find(
            (candidate) =>
              (input.VersionId ?? candidate.id) === candidate.id && (stage === undefined || stagesOf(secret, candidate).includes(stage)),
          );
          if (!version) {
            const label = stage === undefined ? `VersionId: ${input.VersionId}` : `staging label: ${stage}`;
            throw new AwsError('ResourceNotFoundException', `Secrets Manager can't find the specified secret value for ${label}`);
          }
          await askKey(secret, version.id, ['Decrypt'], call);
          return {
            ARN: secret.arn,
            Name: secret.name,
            VersionId: version.id,
            VersionStages: stagesOf(secret, version),
            CreatedDate: new Date(version.createdAt),
            ...(typeof version.value === 'string' ? { SecretString: version.value } : { SecretBinary: version.value }),
          };
        },
      ),
      PutSecretValue: onSecret<PutSecretValueRequest, PutSecretValueResponse>(
        schemas.PutSecretValue$,
        'PutSecretValue',
        (secret, input, call) => put(secret, input, call),
      ),
      DescribeSecret: onSecret<DescribeSecretRequest, DescribeSecretResponse>(schemas.DescribeSecret$, 'DescribeSecret', describe),
      GetResourcePolicy: onSecret<GetResourcePolicyRequest, GetResourcePolicyResponse>(
        schemas.GetResourcePolicy$,
        'GetResourcePolicy',
        (secret) => ({
          ARN: secret.arn,
          Name: secret.name,
          ...(secret.policy !== undefined && { ResourcePolicy: JSON.stringify(secret.policy) }),
        }),
      ),
      CreateSecret: {
        schema: schemas.CreateSecret$,
        questions: (input: CreateSecretRequest, call: Call) => [
          {
            action: 'secretsmanager:CreateSecret',
            resource: store.arnFor(input.Name ?? ''),
            resourceAccount: call.account,
            context: { 'secretsmanager:Name': input.Name ?? '' },
          },
        ],
        run: async (input: CreateSecretRequest, call: Call): Promise<CreateSecretResponse> => {
          const key = input.KmsKeyId === undefined ? undefined : kms.find(input.KmsKeyId, call.region);
          // "Validating access to the KMS key" (the same page): with a version's id that no version has, and before there is a secret.
          const planned = { arn: store.arnFor(input.Name ?? ''), ...(key && { kmsKeyArn: key.arn }) };
          await askKey(planned, 'RequestToValidateKeyAccess', ['GenerateDataKey', 'Decrypt'], call);
          const secret = store.create({
            name: input.Name ?? '',
            ...(key && { kmsKeyArn: key.arn }),
            ...(input.Description !== undefined && { description: input.Description }),
          });
          const hasValue = input.SecretString !== undefined || input.SecretBinary !== undefined;
          const version = hasValue ? (await put(secret, input, call)).VersionId : undefined;
          return { ARN: secret.arn, Name: secret.name, ...(version !== undefined && { VersionId: version }) };
        },
      },
      ListSecrets: {
        schema: schemas.ListSecrets$,
        questions: (_: object, call: Call) => [{ action: 'secretsmanager:ListSecrets', resource: '*', resourceAccount: call.account }],
        run: (): ListSecretsResponse => ({ SecretList: store.list().map(describe) }),
      },
    },
  };
}

const policyOf = (secret: StoredSecret | undefined) =>
  secret?.policy === undefined ? {} : { resourcePolicy: secret.policy, resourcePolicyKind: 'secret' as const };

const describe = (secret: StoredSecret): DescribeSecretResponse => ({
  ARN: secret.arn,
  Name: secret.name,
  CreatedDate: new Date(secret.createdAt),
  ...(secret.description !== undefined && { Description: secret.description }),
  ...(secret.kmsKeyArn !== undefined && { KmsKeyId: secret.kmsKeyArn }),
  VersionIdsToStages: Object.fromEntries(secret.versions.map((version) => [version.id, stagesOf(secret, version)])),
});

function contentOf(input: Pick<PutSecretValueRequest, 'SecretString' | 'SecretBinary'>): string | Uint8Array {
  const value = input.SecretString ?? input.SecretBinary;
  if (value === undefined || (input.SecretString !== undefined && input.SecretBinary !== undefined)) {
    throw new AwsError('InvalidParameterException', 'You must provide either SecretString or SecretBinary.');
  }
  return value;
}
