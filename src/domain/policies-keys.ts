/**
 * The policies of the three keys. The account (root as principal) has administrative actions only; who may encrypt and
 * decrypt is named by `aws:PrincipalArn`, as text, so that no circle runs between role and key.
 */
import type { Config } from './configuration.ts';
import { FUNCTIONS, historyContexts, type Place, placeOf, roleArn } from './names.ts';
import { SEALS, sealingRoles } from './policies-functions.ts';
import { type PolicyDocument, policy, type Statement } from './policy-document.ts';

/** AWS KMS Developer Guide, "Default key policy", what key administrators may, without CreateGrant: a grant would hand out the cryptographic actions. */
const ADMINISTRATION = [
  'kms:Describe*',
  'kms:Get*',
  'kms:List*',
  'kms:Enable*',
  'kms:Disable*',
  'kms:Put*',
  'kms:Update*',
  'kms:Revoke*',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:ScheduleKeyDeletion',
  'kms:CancelKeyDeletion',
  'kms:RotateKeyOnDemand',
  'kms:CreateAlias',
  'kms:DeleteAlias',
];

/** What uses the key, or hands its use on (Service Authorization Reference, AWS KMS). */
const USE = ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:CreateGrant'];

/** SEAL, what travels between the functions: each function seals and opens its own purposes only. */
export function sealKeyPolicy(config: Config, stack: { stage: string }): PolicyDocument {
  const place = placeOf(config, stack.stage);
  const rows = FUNCTIONS.flatMap((name) => {
    const { seals, opens } = SEALS[name] as { seals: string[]; opens: string[] };
    const mayUse = (sid: string, action: string, purposes: string[]): Statement[] =>
      purposes.length === 0
        ? []
        : [
            use(place, `${name[0]?.toUpperCase()}${name.slice(1)}${sid}`, action, {
              ArnEquals: { 'aws:PrincipalArn': roleArn(place, name) },
              StringEquals: { 'kms:EncryptionContext:purpose': purposes },
            }),
          ];
    return [...mayUse('Seals', 'kms:GenerateDataKey', seals), ...mayUse('Opens', 'kms:Decrypt', opens)];
  });
  return policy(administration(place), ...rows, others(sealingRoles(place)));
}

/**
 * HISTORY, the state machine's: its history holds task tokens. The machine encrypts it with its own ARN as context; whoever reads it
 * needs kms:Decrypt in a policy of their own, through Step Functions and for this machine
 * (Step Functions Developer Guide, "Data at rest encryption in Step Functions").
 */
export function historyKeyPolicy(config: Config, stack: { stage: string }): PolicyDocument {
  const place = placeOf(config, stack.stage);
  const context = { 'kms:EncryptionContext:aws:states:stateMachineArn': historyContexts(place) };
  return policy(
    administration(place),
    use(place, 'MachineEncrypts', ['kms:Decrypt', 'kms:GenerateDataKey'], {
      ArnEquals: { 'aws:PrincipalArn': roleArn(place, 'machine') },
      StringLike: context,
    }),
    // Whoever deploys the machine generates a data key for its definition (the same page, "Required permissions for API callers", read November 2026).
    use(place, 'OperatorsThroughStepFunctions', ['kms:Decrypt', 'kms:GenerateDataKey'], {
      StringLike: context,
      StringEquals: { 'kms:ViaService': `states.${place.region}.amazonaws.com` },
    }),
  );
}

/** SECRETS, the approvers' keys: `elevate` alone decrypts; operators may write through Secrets Manager. */
export function secretsKeyPolicy(config: Config, stack: { stage: string }): PolicyDocument {
  const place = placeOf(config, stack.stage);
  const through = { 'kms:ViaService': `secretsmanager.${place.region}.amazonaws.com` };
  return policy(
    administration(place),
    use(place, 'ElevateReads', 'kms:Decrypt', { ArnEquals: { 'aws:PrincipalArn': roleArn(place, 'elevate') }, StringEquals: through }),
    use(place, 'OperatorsWrite', 'kms:GenerateDataKey', { StringEquals: through }),
    // Secrets Manager tries whether the writer may use the key before it writes, with a version id that no secret has
    // (Secrets Manager User Guide, "Secret encryption and decryption", "How Secrets Manager uses your KMS key").
    use(place, 'OperatorsAreTried', 'kms:Decrypt', {
      StringEquals: { ...through, 'kms:EncryptionContext:SecretVersionId': 'RequestToValidateKeyAccess' },
    }),
  );
}

const root = (place: Place) => ({ AWS: `arn:aws:iam::${place.account}:root` });

const administration = (place: Place): Statement => ({
  Sid: 'Administration',
  Effect: 'Allow',
  Principal: root(place),
  Action: ADMINISTRATION,
  Resource: '*',
});

const use = (place: Place, sid: string, action: string | string[], condition: Statement['Condition']): Statement => ({
  Sid: sid,
  Effect: 'Allow',
  Principal: root(place),
  Action: action,
  Resource: '*',
  ...(condition && { Condition: condition }),
});

const others = (roles: string[]): Statement => ({
  Sid: 'NobodyElse',
  Effect: 'Deny',
  Principal: '*',
  Action: USE,
  Resource: '*',
  Condition: { ArnNotEquals: { 'aws:PrincipalArn': roles } },
});
