import type {
  AssumeRoleCommandInput,
  AssumeRoleResponse,
  GetCallerIdentityResponse,
  GetSessionTokenCommandInput,
  GetSessionTokenResponse,
} from '@aws-sdk/client-sts';
import { AssumeRole$, GetCallerIdentity$, GetSessionToken$ } from '@aws-sdk/client-sts';
import type { Credentials, SessionKeys } from '../credentials.ts';
import type { Mfa } from '../mfa.ts';
import { AwsError, type Call, type Caller, type Operation, type Question, type Service } from '../service.ts';
import type { IamStore, Role } from './iam-store.ts';
import { checkAssumeRole, checkDuration, checkMfaInput, packedSize } from './sts-input.ts';

const HOUR = 3600;

/** The sandbox's STS. */
export function createSts(parts: {
  iam: IamStore;
  credentials: Credentials;
  mfa: Mfa;
  assumeRoleMfa: 'absent' | 'false' | 'true';
}): Service {
  const { iam, credentials, mfa } = parts;

  const assumeRole: Operation<AssumeRoleCommandInput, AssumeRoleResponse> = {
    schema: AssumeRole$,
    questions(input, call) {
      checkAssumeRole(input);
      const { caller } = call;
      if (caller.kind === 'root' || (caller.kind === 'session' && caller.of === 'root')) {
        throw new AwsError('AccessDenied', 'Roles may not be assumed by root accounts.', 403);
      }
      const withCode = input.SerialNumber !== undefined || input.TokenCode !== undefined;
      if (withCode) mfa.verify(ownerOf(caller), input.SerialNumber, input.TokenCode);
      return assumeRoleQuestions(input, call, iam.roleByArn(input.RoleArn ?? ''), withCode);
    },
    run(input, call) {
      const role = iam.roleByArn(input.RoleArn ?? '');
      if (!role)
        throw new AwsError(
          'AccessDenied',
          `User: ${arnOf(call.caller)} is not authorized to perform: sts:AssumeRole on resource: ${input.RoleArn}`,
          403,
        );
      const chained = call.caller.kind === 'session' && call.caller.of === 'role' ? call.caller : undefined;
      const seconds = input.DurationSeconds ?? HOUR;
      if (chained && seconds > HOUR)
        throw invalid('The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining');
      if (seconds > role.maxSessionDuration)
        throw invalid('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
      const { RoleSessionName: sessionName = '' } = input;
      const mfaGiven = input.TokenCode !== undefined || (call.caller.kind === 'session' && call.caller.mfaAt !== undefined);
      const sourceIdentity = input.SourceIdentity ?? chained?.sourceIdentity;
      const keys = credentials.issue(
        {
          arn: `arn:aws:sts::${call.account}:assumed-role/${role.name}/${sessionName}`,
          account: call.account,
          id: `${role.id}:${sessionName}`,
          principalArn: role.arn,
          of: 'role',
          roleName: role.name,
          sessionName,
          // Tags of the session come over those of the role, transitive ones of the session before over all (IAM user guide, "Pass session tags in AWS STS").
          tags: { ...role.tags, ...tagsOf(input), ...chained?.transitiveTags },
          transitiveTags: {
            ...Object.fromEntries(Object.entries(tagsOf(input)).filter(([key]) => input.TransitiveTagKeys?.includes(key))),
            ...chained?.transitiveTags,
          },
          ...(input.Policy !== undefined && { sessionPolicy: JSON.parse(input.Policy) }),
          ...(sourceIdentity !== undefined && { sourceIdentity }),
          ...mfaReading(parts.assumeRoleMfa, mfaGiven, call.now),
        },
        seconds,
      );
      return {
        Credentials: wire(keys),
        AssumedRoleUser: { AssumedRoleId: keys.caller.id, Arn: keys.caller.arn },
        ...(sourceIdentity !== undefined && { SourceIdentity: sourceIdentity }),
        ...((input.Policy !== undefined || input.Tags !== undefined) && { PackedPolicySize: packedSize(input) }),
      };
    },
  };

  const getSessionToken: Operation<GetSessionTokenCommandInput, GetSessionTokenResponse> = {
    schema: GetSessionToken$,
    // "No permissions are required" (IAM user guide, "Permissions for GetSessionToken"), and no policy denies it.
    questions: () => [],
    run(input, call) {
      const { caller } = call;
      if (caller.kind !== 'user' && caller.kind !== 'root')
        throw new AwsError('AccessDenied', 'Cannot call GetSessionToken with session credentials', 403);
      const most = caller.kind === 'root' ? HOUR : 36 * HOUR;
      const seconds = input.DurationSeconds ?? (caller.kind === 'root' ? HOUR : 12 * HOUR);
      checkDuration(seconds, 36 * HOUR);
      checkMfaInput(input);
      const withCode = input.SerialNumber !== undefined || input.TokenCode !== undefined;
      if (withCode) mfa.verify(ownerOf(caller), input.SerialNumber, input.TokenCode);
      call.mfa = withCode;
      const keys = credentials.issue(
        {
          arn: caller.arn,
          account: caller.account,
          id: caller.id,
          principalArn: caller.arn,
          of: caller.kind,
          ...(caller.kind === 'user' && { userName: caller.name }),
          tags: caller.kind === 'user' ? caller.tags : {},
          mfaPresent: withCode,
          ...(withCode && { mfaAt: call.now }),
        },
        // "If the duration is longer than one hour, the session for account owners defaults to one hour."
        Math.min(seconds, most),
      );
      return { Credentials: wire(keys) };
    },
  };

  const getCallerIdentity: Operation<object, GetCallerIdentityResponse> = {
    schema: GetCallerIdentity$,
    questions: () => [],
    run: (_, { caller }) => ('arn' in caller ? { Account: caller.account, Arn: caller.arn, UserId: caller.id } : {}),
  };

  return {
    name: 'sts',
    protocol: 'awsQuery',
    actions: ['SetSourceIdentity', 'TagSession'],
    // What isn't an ARN may be anything, a code typed into the wrong place too.
    about: ({ RoleArn }) => (/^arn:[!-~]{1,2044}$/.test(String(RoleArn)) ? String(RoleArn) : undefined),
    operations: { AssumeRole: assumeRole, GetSessionToken: getSessionToken, GetCallerIdentity: getCallerIdentity },
  };
}

/** A user's name or `root`: whose device the code must come from. Temporary credentials have none. */
function ownerOf(caller: Caller): string {
  return caller.kind === 'user' ? caller.name : caller.kind === 'root' ? 'root' : '';
}

const arnOf = (caller: Caller): string => ('arn' in caller ? caller.arn : caller.kind);

function assumeRoleQuestions(input: AssumeRoleCommandInput, call: Call, role: Role | undefined, withCode: boolean): Question[] {
  const { caller } = call;
  const tags = tagsOf(input);
  const transitive = input.TransitiveTagKeys ?? [];
  const mfaKeys = withCode ? { 'aws:MultiFactorAuthPresent': 'true', 'aws:MultiFactorAuthAge': '0' } : undefined;
  const tagContext = Object.keys(tags).length > 0 && {
    'aws:TagKeys': Object.keys(tags),
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
  };
  const sourceIdentity = input.SourceIdentity !== undefined && { 'sts:SourceIdentity': input.SourceIdentity };
  const ask = (action: string, context: Record<string, string | string[]>): Question => ({
    action,
    resource: input.RoleArn ?? '',
    resourceAccount: call.account,
    context: { ...mfaKeys, ...context },
    resourcePolicy: role?.trust ?? { Version: '2012-10-17', Statement: [] },
    resourcePolicyKind: 'trust',
  });
  // Both need an Allow of the user's policy and of the trust policy (IAM user guide, "Monitor and control actions taken with assumed roles",
  // "Pass session tags in AWS STS"), so the question is put to each by itself.
  const both = (question: Question): Question[] => {
    const { resourcePolicy: _policy, resourcePolicyKind: _kind, ...identityOnly } = question;
    return [question, identityOnly];
  };
  const questions = [
    ask('sts:AssumeRole', {
      'sts:RoleSessionName': input.RoleSessionName ?? '',
      ...sourceIdentity,
      ...tagContext,
      ...(transitive.length > 0 && { 'sts:TransitiveTagKeys': transitive }),
      ...(input.ExternalId !== undefined && { 'sts:ExternalId': input.ExternalId }),
    }),
  ];
  const inherited = caller.kind === 'session' ? caller.sourceIdentity : undefined;
  if (sourceIdentity) {
    if (inherited !== undefined && inherited !== input.SourceIdentity) {
      throw new AwsError(
        'AccessDenied',
        `User: ${arnOf(caller)} is not authorized to perform: sts:SetSourceIdentity on resource: ${input.RoleArn}`,
        403,
      );
    }
    questions.push(...both(ask('sts:SetSourceIdentity', sourceIdentity)));
  }
  if (tagContext)
    questions.push(
      ...both(ask('sts:TagSession', { ...tagContext, ...(transitive.length > 0 && { 'sts:TransitiveTagKeys': transitive }) })),
    );
  return questions;
}

const tagsOf = (input: AssumeRoleCommandInput): Record<string, string> =>
  Object.fromEntries((input.Tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? '']));

function mfaReading(reading: 'absent' | 'false' | 'true', given: boolean, now: number): { mfaPresent?: boolean; mfaAt?: number } {
  if (reading === 'absent') return {};
  return reading === 'true' && given ? { mfaPresent: true, mfaAt: now } : { mfaPresent: false };
}

const wire = ({ accessKeyId, secretAccessKey, sessionToken, caller }: SessionKeys) => ({
  AccessKeyId: accessKeyId,
  SecretAccessKey: secretAccessKey,
  SessionToken: sessionToken,
  Expiration: new Date(caller.expiresAt),
});

const invalid = (message: string): AwsError => new AwsError('ValidationError', message);
