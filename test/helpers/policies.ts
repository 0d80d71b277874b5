/** Puts questions to the policies of a stack, each caller with the context keys that AWS would give it. */
import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { Authorizer } from '../../sandbox/aws/authorize.ts';
import type { Caller, Question } from '../../sandbox/aws/service.ts';
import { IamStore } from '../../sandbox/aws/services/iam-store.ts';
import { Clock } from '../../sandbox/clock.ts';
import { type Config, parseConfig } from '../../src/config.ts';
import { FUNCTIONS, type FunctionName, placeOf, roleName, userName } from '../../src/domain/names.ts';
import * as policies from '../../src/domain/policies.ts';

export const ACCOUNT = '111122223333';
export const STAGE = 'sandbox';
export const KEYS = {
  seal: `arn:aws:kms:us-east-1:${ACCOUNT}:key/00000000-0000-4000-8000-000000000001`,
  history: `arn:aws:kms:us-east-1:${ACCOUNT}:key/00000000-0000-4000-8000-000000000002`,
  secrets: `arn:aws:kms:us-east-1:${ACCOUNT}:key/00000000-0000-4000-8000-000000000003`,
};
export const SANDBOX = readFileSync('config/sandbox.yml', 'utf8');

interface RawRule {
  buckets: string;
  approvers: string[];
  window: string;
  bypassGovernanceRetention?: boolean;
  putLifecycleConfiguration?: boolean;
  guard?: 'required';
}

/** The sandbox's configuration with these rules, and each approver's kind of session. */
export function configWith(rules: Omit<RawRule, 'window'>[], sessions: { alice?: 'role' | 'user'; bob?: 'role' | 'user' } = {}): Config {
  const raw = parse(SANDBOX);
  raw.rules = rules.map((rule) => ({ window: '1h', ...rule }));
  for (const [name, session] of Object.entries(sessions))
    Object.assign(raw.approvers[name], { session, acceptUnlimitedSession: session === 'user' });
  return parseConfig(stringify(raw), 'config/test.yml');
}

/** When the questions are asked. */
const NOW = Date.UTC(2026, 10, 25);

export interface Asked {
  action: string;
  resource: string;
  context?: Question['context'];
  resourcePolicy?: unknown;
  kind?: Question['resourcePolicyKind'];
  resourceAccount?: string;
}

/** A stack's identities, and `may`: whether a caller may, with the statement that decided. */
export function stackOf(config: Config) {
  const stack = { stage: STAGE, keys: KEYS };
  const place = placeOf(config, STAGE);
  const iam = new IamStore({ account: ACCOUNT, clock: new Clock() });
  for (const name of FUNCTIONS) {
    const document = policies.functionPolicy(name, config, stack);
    iam.createRole({ name: roleName(place, name), trust: policies.functionTrust(), policies: [{ name: 'interlock', document }] });
  }
  const machine = policies.machinePolicy(config, stack);
  iam.createRole({
    name: roleName(place, 'machine'),
    trust: policies.machineTrust(),
    policies: [{ name: 'interlock', document: machine }],
  });
  for (const approver of Object.values(config.approvers)) {
    const document = policies.approverUserPolicy(config, approver.name, stack);
    iam.createUser({ name: userName(approver), policies: [{ name: 'interlock', document }] });
  }
  const deletion = policies.deletionRolePermissions(config);
  const trust = policies.deletionRoleTrust(config);
  iam.createRole({ name: roleName(place, 'deletion'), trust, policies: [{ name: 'interlock', document: deletion }] });
  iam.createUser({
    name: 'admin',
    policies: [{ name: 'all', document: { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } } }],
  });
  const authorizer = new Authorizer(iam);

  const role = (name: FunctionName | 'machine' | 'deletion', more: Partial<Extract<Caller, { kind: 'session' }>> = {}): Caller => ({
    kind: 'session',
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${roleName(place, name)}/session`,
    account: ACCOUNT,
    id: 'AROAEXAMPLE:session',
    accessKeyId: 'ASIAEXAMPLE',
    principalArn: `arn:aws:iam::${ACCOUNT}:role/${roleName(place, name)}`,
    of: 'role',
    roleName: roleName(place, name),
    tags: {},
    issuedAt: NOW,
    expiresAt: NOW + 900_000,
    ...more,
  });
  return {
    role,
    /** A session of the deletion role, taken by an approver's user for a bucket. */
    deletion: (sourceIdentity: string | undefined, bucket: string | undefined, sessionPolicy?: unknown): Caller =>
      role('deletion', {
        ...(sourceIdentity !== undefined && { sourceIdentity }),
        ...(sessionPolicy !== undefined && { sessionPolicy }),
        tags: bucket === undefined ? {} : { [policies.BUCKET_TAG]: bucket },
      }),
    user: (name: string): Caller => ({
      kind: 'user',
      arn: `arn:aws:iam::${ACCOUNT}:user/${name}`,
      account: ACCOUNT,
      id: 'AIDAEXAMPLE',
      name,
      accessKeyId: 'AKIAEXAMPLE',
      tags: {},
    }),
    /** What GetSessionToken gives, with a code or without. */
    userSession: (name: string, mfa: boolean): Caller => ({
      kind: 'session',
      arn: `arn:aws:iam::${ACCOUNT}:user/${name}`,
      account: ACCOUNT,
      id: 'AIDAEXAMPLE',
      accessKeyId: 'ASIAEXAMPLE',
      principalArn: `arn:aws:iam::${ACCOUNT}:user/${name}`,
      of: 'user',
      userName: name,
      tags: {},
      issuedAt: NOW,
      expiresAt: NOW + 900_000,
      ...(mfa && { mfaAt: NOW, mfaPresent: true }),
    }),
    root: { kind: 'root', arn: `arn:aws:iam::${ACCOUNT}:root`, account: ACCOUNT, id: ACCOUNT, accessKeyId: 'AKIAROOT' } as Caller,
    may: async (
      caller: Caller,
      { action, resource, context, resourcePolicy, kind, resourceAccount = ACCOUNT }: Asked,
    ): Promise<boolean> => {
      const question: Question = {
        action,
        resource,
        resourceAccount,
        ...(context && { context }),
        resourcePolicy,
        ...(kind && { resourcePolicyKind: kind }),
      };
      return (await authorizer.decide(caller, question, { now: NOW + 5000, region: 'us-east-1' })).allowed;
    },
  };
}
