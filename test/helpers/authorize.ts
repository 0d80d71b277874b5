import { Authorizer } from '../../sandbox/aws/authorize.ts';
import type { Caller, Question } from '../../sandbox/aws/service.ts';
import { IamStore } from '../../sandbox/aws/services/iam-store.ts';
import { Clock } from '../../sandbox/clock.ts';
import { ACCOUNT, ALLOW_ALL, policy } from './sandbox-aws.ts';

export const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/interlock-deletion`;
export const BUCKET = 'arn:aws:s3:::team-x';
export const KEY = `arn:aws:kms:us-east-1:${ACCOUNT}:key/0f`;

const clock = new Clock();
export const iam = new IamStore({ account: ACCOUNT, clock });
export const authorizer = new Authorizer(iam);
export const circumstances = { now: clock.now(), region: 'us-east-1', sourceIp: '127.0.0.1' };

export const root: Extract<Caller, { kind: 'root' }> = { kind: 'root', arn: ROOT, account: ACCOUNT, id: ACCOUNT, accessKeyId: 'AKIA' };
export const anonymous: Caller = { kind: 'anonymous' };

let count = 0;
/** A user with these policies. */
export function user(...documents: unknown[]): Extract<Caller, { kind: 'user' }> {
  count += 1;
  const { arn, id, name } = iam.createUser({
    name: `user-${count}`,
    policies: documents.map((document, index) => ({ name: `p${index}`, document })),
  });
  return { kind: 'user', arn, id, name, account: ACCOUNT, accessKeyId: 'AKIA', tags: {} };
}

/** A session of the deletion role, or of the given one. */
export function session(
  more: Partial<Extract<Caller, { kind: 'session' }>> = {},
  documents: unknown[] = [ALLOW_ALL],
  name = `role-${++count}`,
): Caller {
  const role = iam.createRole({ name, trust: policy(), policies: documents.map((document, index) => ({ name: `p${index}`, document })) });
  const { now } = circumstances;
  return {
    kind: 'session',
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/req-1`,
    account: ACCOUNT,
    id: `${role.id}:req-1`,
    accessKeyId: 'ASIA',
    principalArn: role.arn,
    of: 'role',
    roleName: name,
    sessionName: 'req-1',
    tags: {},
    issuedAt: now,
    expiresAt: now + 900_000,
    ...more,
  };
}

export const decide = (caller: Caller, question: Partial<Question> & { action: string }) =>
  authorizer.decide(caller, { resource: BUCKET, resourceAccount: ACCOUNT, ...question }, circumstances);
export const allowed = async (caller: Caller, question: Partial<Question> & { action: string }) => (await decide(caller, question)).allowed;
export const guarded = (resourcePolicy: unknown): Partial<Question> => ({ resourcePolicy, resourcePolicyKind: 'bucket' });
