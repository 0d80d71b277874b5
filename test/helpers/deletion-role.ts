import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { ACCOUNT, ALLOW_ALL, type Keys, policy, SEED, startAws } from './sandbox-aws.ts';

export const SERIAL = `arn:aws:iam::${ACCOUNT}:mfa/alice`;
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/deletion`;
export const ALICE = `arn:aws:iam::${ACCOUNT}:user/alice`;
export const WRONG_CODE = 'MultiFactorAuthentication failed with invalid MFA one time pass code. ';
export const UNABLE =
  'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.';

/** The deletion role's trust policy. */
export const TRUST = policy(
  {
    Sid: 'CodeInThisCall',
    Effect: 'Allow',
    Principal: { AWS: [ALICE] },
    Action: 'sts:AssumeRole',
    Condition: {
      Bool: { 'aws:MultiFactorAuthPresent': 'true' },
      NumericLessThan: { 'aws:MultiFactorAuthAge': '60' },
      Null: { 'aws:TokenIssueTime': 'true' },
      StringEquals: { 'sts:SourceIdentity': '${aws:username}' },
      StringLike: { 'sts:RoleSessionName': 'req-*', 'aws:RequestTag/interlock-bucket': '?*' },
    },
  },
  {
    Effect: 'Allow',
    Principal: { AWS: [ALICE] },
    Action: 'sts:SetSourceIdentity',
    Condition: { StringEquals: { 'sts:SourceIdentity': '${aws:username}' } },
  },
  {
    Effect: 'Allow',
    Principal: { AWS: [ALICE] },
    Action: 'sts:TagSession',
    Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['interlock-bucket'] } },
  },
);
export const STS_ONLY = policy({ Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'], Resource: ROLE });

/** The keys of an answer of STS. */
export const keysIn = (output: {
  Credentials?: { AccessKeyId?: string | undefined; SecretAccessKey?: string | undefined; SessionToken?: string | undefined } | undefined;
}): Keys => ({
  accessKeyId: output.Credentials?.AccessKeyId ?? '',
  secretAccessKey: output.Credentials?.SecretAccessKey ?? '',
  sessionToken: output.Credentials?.SessionToken ?? '',
});

export type Input = Partial<AssumeRoleCommandInput>;

/** An account with alice, her device, and a deletion role that trusts her with a code. */
export async function startDeletionRole() {
  const run = await startAws();
  const alice = run.user('alice', STS_ONLY);
  run.aws.iam.createMfaDevice({ user: 'alice', serial: SERIAL, seed: SEED });
  run.aws.iam.createRole({ name: 'deletion', trust: TRUST, policies: [{ name: 'all', document: ALLOW_ALL }] });
  const input = (more: Input = {}): AssumeRoleCommandInput => ({
    RoleArn: ROLE,
    RoleSessionName: 'req-1',
    SerialNumber: SERIAL,
    TokenCode: run.code(),
    SourceIdentity: 'alice',
    Tags: [{ Key: 'interlock-bucket', Value: 'team-x' }],
    DurationSeconds: 900,
    ...more,
  });
  const assume = (more: Input = {}, keys: Keys = alice) => run.sts(keys).send(new AssumeRoleCommand(input(more)));
  return {
    run,
    alice,
    /** AssumeRole as the product calls it, with these members instead. */
    assume,
    sessionOf: async (more: Input = {}, keys: Keys = alice): Promise<Keys> => keysIn(await assume(more, keys)),
    retrust: (trust: unknown) => Object.assign(run.aws.iam.roles.get('deletion') ?? {}, { trust }),
  };
}
