/** Everybody who may want to delete a guarded bucket, each with policies that allow everything, and what IAM says to them. */
import type { Caller } from '../../sandbox/aws/service.ts';
import type { BucketPolicy } from '../../src/domain/bucket-policy.ts';
import { policyText } from '../../src/domain/bucket-policy.ts';
import { GUARD_ACTIONS, type Guard, guardFor, type Level } from '../../src/domain/guard.ts';
import { anonymous, authorizer, circumstances, iam, root } from './authorize.ts';
import { ACCOUNT, ALLOW_ALL, policy } from './sandbox-aws.ts';

export const BUCKET = 'team-x';
export const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/interlock-sandbox-deletion`;
export const BOB = `arn:aws:iam::${ACCOUNT}:user/interlock-bob`;
export const ALICE = 'interlock-alice';

/** Whom a guard may let through: each kind of principal by itself, and all together. */
export const KINDS = {
  root: [ROOT],
  user: [BOB],
  role: [ROLE],
  mixed: [ROLE, BOB],
  all: [ROOT, BOB, ROLE],
} as const;
export type Kind = keyof typeof KINDS;
export const GUARDS: [Kind, Level][] = (Object.keys(KINDS) as Kind[]).flatMap((kind): [Kind, Level][] => [
  [kind, 'basic'],
  [kind, 'hardened'],
]);

export const guardOf = (kind: Kind, level: Level): Guard =>
  guardFor({ bucket: BUCKET, level, principals: KINDS[kind], approvers: [ALICE] });

const FOREIGN = '444455556666';
const now = circumstances.now;
const policies = [{ name: 'all', document: ALLOW_ALL }];
for (const name of ['interlock-bob', 'admin']) iam.createUser({ name, policies });
for (const name of ['interlock-sandbox-deletion', 'admin']) iam.createRole({ name, trust: policy(), policies });

type Keys = { mfaPresent?: boolean; mfaAt?: number };
/** The MFA keys on a session: none, said to be absent, and present for so many seconds. */
const READINGS: Record<string, Keys> = {
  'without MFA keys': {},
  'with MFA said to be absent': { mfaPresent: false },
  'with a fresh code': { mfaPresent: true, mfaAt: now },
  'with a code of an hour ago': { mfaPresent: true, mfaAt: now - 3_600_000 },
  'with a code of more than an hour ago': { mfaPresent: true, mfaAt: now - 3_601_000 },
};

const common = { account: ACCOUNT, accessKeyId: 'ASIA', tags: {}, issuedAt: now, expiresAt: now + 900_000 };

function user(name: string, account = ACCOUNT): [string, Caller][] {
  const arn = `arn:aws:iam::${account}:user/${name}`;
  const own = { arn, id: `AIDA${name}`, account };
  return [
    [`user ${name}, long-term key`, { kind: 'user', ...own, name, accessKeyId: 'AKIA', tags: {} }],
    ...Object.entries(READINGS).map(([reading, keys]): [string, Caller] => [
      `user ${name}, session ${reading}`,
      { kind: 'session', ...common, ...own, principalArn: arn, of: 'user', userName: name, ...keys },
    ]),
  ];
}

function role(name: string, account = ACCOUNT): [string, Caller][] {
  const sources = [undefined, ALICE, 'interlock-mallory'];
  return sources.flatMap((source) =>
    Object.entries(READINGS).map(([reading, keys]): [string, Caller] => [
      `role ${name}, session ${source ? `of ${source}` : 'of nobody'} ${reading}`,
      {
        kind: 'session',
        ...common,
        account,
        arn: `arn:aws:sts::${account}:assumed-role/${name}/req-1`,
        id: 'AROA:req-1',
        principalArn: `arn:aws:iam::${account}:role/${name}`,
        of: 'role',
        roleName: name,
        sessionName: 'req-1',
        ...(source && { sourceIdentity: source }),
        ...keys,
      },
    ]),
  );
}

const rootSessions = Object.entries(READINGS).map(([reading, keys]): [string, Caller] => [
  `root, session ${reading}`,
  { kind: 'session', ...common, arn: ROOT, id: ACCOUNT, principalArn: ROOT, of: 'root', ...keys },
]);

/** Everybody, by name. */
export const CALLERS: ReadonlyMap<string, Caller> = new Map<string, Caller>([
  ['root, long-term key', root],
  ...rootSessions,
  ...user('interlock-bob'),
  ...user('admin'),
  ...role('interlock-sandbox-deletion'),
  ...role('admin'),
  ...[...user('admin', FOREIGN), ...role('admin', FOREIGN)]
    .filter(([name]) => /long-term|(?:user.*session|of interlock-alice) with a fresh/.test(name))
    .map(([name, caller]): [string, Caller] => [`${name}, of another account`, caller]),
  ['anybody without credentials', anonymous],
  ['a service of AWS', { kind: 'service', service: 'logging.s3.amazonaws.com' }],
]);

/**
 * Those of them who tell guards apart: of callers whom no change of one member treats differently, one each. Asking everybody about every change
 * takes minutes, and tells the same.
 */
export const TELLING: readonly string[] = [...CALLERS.keys()].filter((name) =>
  [
    /^root, (?:long-term|session with a fresh|session with a code of more)/,
    /^user interlock-bob/,
    /^user admin, (?:long-term|session with a fresh)/,
    /^role interlock-sandbox-deletion, session of interlock-alice/,
    /^role interlock-sandbox-deletion, session of (?:nobody|interlock-mallory) without/,
    /^role admin, session of interlock-alice (?:without|with a fresh)/,
    /^anybody|^a service|another account$/,
  ].some((kind) => kind.test(name)),
);

/** A statement that lets everybody do everything with the bucket, so that the guard alone decides. */
export const OPEN = {
  Sid: 'Open',
  Effect: 'Allow',
  Principal: '*',
  Action: 's3:*',
  Resource: [`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/*`],
};

/** Is the caller allowed the action on the bucket, or on an object of it, under this policy of the bucket? */
export async function may(caller: Caller, action: string, bucketPolicy: BucketPolicy): Promise<boolean> {
  const onObjects = GUARD_ACTIONS.find((one) => one.action === action)?.on === 'objects' || /Object$/.test(action);
  const text = policyText(bucketPolicy);
  const question = {
    action,
    resource: `arn:aws:s3:::${BUCKET}${onObjects ? '/logs/1' : ''}`,
    resourceAccount: ACCOUNT,
    ...(text !== undefined && { resourcePolicy: JSON.parse(text), resourcePolicyKind: 'bucket' as const }),
  };
  return (await authorizer.decide(caller, question, circumstances)).allowed;
}
