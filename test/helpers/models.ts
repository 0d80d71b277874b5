/** Requests, facts, rules and approvers as the flow has them; each test names only what it is about. */
import type { Approver, Config, Rule } from '../../src/domain/configuration.ts';
import { GUARD_ACTIONS } from '../../src/domain/guard.ts';
import type { Answer, Elevation, Facts, GuardChange, Request } from '../../src/domain/request.ts';

export const aRequest = (more: Partial<Request> = {}): Request => ({
  requestId: 'req-abcdefghij23',
  bucket: 'team-scratch',
  kind: 'delete',
  rehearsal: false,
  requester: 'U0RIYA',
  team: 'T0INTERLOCK',
  reason: 'The trial is over, nothing reads it any more',
  askedAt: '2026-11-02T09:00:00.000Z',
  remindAt: '2026-11-02T13:00:00.000Z',
  expiresAt: '2026-11-02T17:00:00.000Z',
  auditHead: '',
  ...more,
});

type Approval = Answer & { verdict: 'approved'; approver: string; sealedCode: string };

/** alice approved. */
export const anAnswer = (more: Partial<Approval> = {}): Approval => ({
  verdict: 'approved',
  why: '',
  slackUser: 'U0ALICE',
  approver: 'alice',
  attempt: 1,
  sealedCode: 'sealed',
  auditHead: 'a',
  ...more,
});

type SessionGiven = Elevation & { verdict: 'session'; sealedSession: string; approver: string };

/** AWS gave a session for her code. */
export const anElevation = (more: Partial<SessionGiven> = {}): SessionGiven => ({
  verdict: 'session',
  why: '',
  sealedSession: 'sealed',
  triesLeft: 3,
  tellOperators: false,
  approver: 'alice',
  attempt: 1,
  auditHead: 'b',
  ...more,
});

export const none = { count: 0, more: false };

export const someFacts = (more: Partial<Facts> = {}): Facts => ({
  region: 'us-east-1',
  owner: '111122223333',
  createdAt: '2024-03-05T08:30:00.000Z',
  objects: none,
  oldVersions: none,
  deleteMarkers: none,
  bytes: none,
  going: null,
  uploads: none,
  newestWrite: null,
  versioning: 'never on',
  mfaDelete: false,
  objectLock: false,
  retention: null,
  tags: [],
  moreTags: 0,
  tagsDigest: null,
  stack: null,
  accessPoints: [],
  dependents: [],
  guard: { state: 'none', level: null, findings: [], deniesApprovers: false },
  waysRound: [],
  denials: [],
  policyDigest: null,
  guardChange: null,
  lookedAt: '2026-11-02T09:00:02.000Z',
  ...more,
});

/** The hardened guard put on a bucket that has none. */
export const aGuardChange = (more: Partial<GuardChange> = {}): GuardChange => ({
  before: 'none',
  after: 'hardened',
  denied: GUARD_ACTIONS.map(({ action }) => action),
  allowed: [],
  principals: ['arn:aws:iam::111122223333:role/interlock-sandbox-deletion', 'arn:aws:iam::111122223333:user/interlock-bob'],
  approvers: ['interlock-alice'],
  denials: [],
  ...more,
});

export const anApprover = (name: string, more: Partial<Approver> = {}): Approver => ({
  name,
  slackUser: `U0${name.toUpperCase()}`,
  user: `arn:aws:iam::111122223333:user/interlock-${name}`,
  mfaSerial: `arn:aws:iam::111122223333:mfa/interlock-${name}`,
  secret: `interlock/sandbox/approvers/${name}`,
  session: 'role',
  acceptUnlimitedSession: false,
  ...more,
});

export const aRule = (more: Partial<Rule> = {}): Rule => ({
  buckets: 'team-*',
  approvers: ['alice', 'bob'],
  windowSeconds: 28_800,
  requesterMayApprove: false,
  bypassGovernanceRetention: false,
  putLifecycleConfiguration: false,
  ...more,
});

export const aConfig = (more: Partial<Config> = {}): Config => ({
  account: '111122223333',
  region: 'us-east-1',
  slack: { team: 'T0INTERLOCK', app: 'A0INTERLOCK', channel: 'C0APPROVALS' },
  paused: false,
  requireCodeInCall: true,
  maxSessionSeconds: 3600,
  approvers: { alice: anApprover('alice'), bob: anApprover('bob') },
  rules: [aRule()],
  ...more,
});
