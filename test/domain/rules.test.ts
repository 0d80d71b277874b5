import type { Config } from '../../src/domain/configuration.ts';
import { type Act, decide, mayAskToBypass } from '../../src/domain/rules.ts';
import { aConfig, anApprover, aRule } from '../helpers/models.ts';

const act = (kind: Act['kind'], more: Partial<Extract<Act, { requester: string }>> = {}): Act => {
  const user = kind === 'approve' || kind === 'reject' ? 'U0ALICE' : 'U0RIYA';
  return {
    kind,
    bucket: 'team-scratch',
    team: 'T0INTERLOCK',
    user,
    requester: 'U0RIYA',
    standing: { inChannel: true, groups: [] },
    ...more,
  } as Act;
};
const config = aConfig();
const rules = (...more: Parameters<typeof aRule>[0][]): Config => aConfig({ rules: more.map(aRule) });

const KINDS = ['ask', 'approve', 'reject', 'cancel', 'stop', 'proceed'] as const;

describe('decide', () => {
  test.each(['ask', 'proceed'] as const)('lets a requester %s where a rule names approvers', (kind) => {
    expect(decide(act(kind), config)).toEqual({
      allow: true,
      rule: aRule(),
      approvers: [config.approvers.alice, config.approvers.bob],
    });
  });

  test.each(['approve', 'reject'] as const)('lets an approver of the rule %s, and says as whom', (kind) => {
    const decision = decide(act(kind, { user: 'U0BOB' }), config);
    expect(decision).toMatchObject({ allow: true, approver: { name: 'bob' }, rule: { buckets: 'team-*' } });
  });

  it('lets the requester cancel, even where no rule is left and everything is paused', () => {
    expect(decide(act('cancel'), aConfig({ rules: [], paused: true }))).toEqual({ allow: true, approvers: [] });
  });

  it('denies approving to somebody who is no approver, and names those who are', () => {
    expect(decide(act('approve', { user: 'U0MALLORY' }), config)).toEqual({
      allow: false,
      reason: 'notApprover',
      why: 'You are not an approver of this bucket.',
      whoCan: ['U0ALICE', 'U0BOB'],
    });
  });

  it('denies rejecting to somebody who is no approver', () => {
    expect(decide(act('reject', { user: 'U0MALLORY' }), config)).toMatchObject({ allow: false, reason: 'notApprover' });
  });

  it('denies approving to an approver of another rule only', () => {
    const two = rules({ buckets: 'team-*', approvers: ['bob'] }, { buckets: 'site-*', approvers: ['alice'] });
    expect(decide(act('approve'), two)).toMatchObject({ allow: false, reason: 'notApprover', whoCan: ['U0BOB'] });
  });

  it('lets members of the channel ask where the rule names nobody, and others not', () => {
    const asks = (inChannel: boolean) => decide({ ...act('ask'), standing: { inChannel, groups: [] } } as Act, config);
    expect(asks(true)).toMatchObject({ allow: true });
    expect(asks(false)).toMatchObject({ allow: false, reason: 'notRequester' });
  });

  it('lets members of a user group that the rule names ask, and others not', () => {
    const named = rules({ requesters: ['S0TEAM'] });
    const asks = (groups: string[]) => decide({ ...act('ask'), standing: { inChannel: true, groups } } as Act, named);
    expect(asks(['S0TEAM'])).toMatchObject({ allow: true });
    expect(asks(['S0OTHER'])).toMatchObject({ allow: false, reason: 'notRequester', whoCan: ['S0TEAM'] });
    expect(decide(act('proceed'), named)).toMatchObject({ allow: true });
  });

  it("looks an approver up by the Slack user's id, never by name", () => {
    expect(decide(act('approve', { user: 'alice' }), config)).toMatchObject({ allow: false, reason: 'notApprover' });
    expect(decide(act('approve', { user: 'u0alice' }), config)).toMatchObject({ allow: false, reason: 'notApprover' });
  });

  it("denies approving one's own request, and names the others", () => {
    expect(decide(act('approve', { requester: 'U0ALICE' }), config)).toEqual({
      allow: false,
      reason: 'ownRequest',
      why: 'You asked for this yourself, and the rule wants somebody else to decide it. You can cancel it.',
      whoCan: ['U0BOB'],
    });
  });

  it("denies approving one's own request, even where another rule allows it", () => {
    const two = rules({ buckets: 'team-*' }, { buckets: '*', requesterMayApprove: true });
    expect(decide(act('approve', { requester: 'U0ALICE' }), two)).toMatchObject({ allow: false, reason: 'ownRequest' });
  });

  it("lets approve one's own request where the rule says so", () => {
    expect(decide(act('approve', { requester: 'U0ALICE' }), rules({ requesterMayApprove: true }))).toMatchObject({ allow: true });
  });

  it("denies rejecting one's own request, which can be cancelled", () => {
    expect(decide(act('reject', { requester: 'U0ALICE' }), config)).toMatchObject({
      allow: false,
      reason: 'ownRequest',
      whoCan: ['U0BOB'],
    });
  });

  it('denies cancelling to everybody but the requester, approvers included', () => {
    expect(decide(act('cancel', { user: 'U0ALICE' }), config)).toEqual({
      allow: false,
      reason: 'notRequester',
      why: 'Only the person who asked can cancel.',
      whoCan: ['U0RIYA'],
    });
  });

  describe('a stop', () => {
    const stop = (user: string, how = config, bucket = 'team-scratch') => decide(act('stop', { user, bucket }), how);

    it.each(['U0RIYA', 'U0ALICE', 'U0BOB'])('is let to who asked and to the approvers: %s', (user) => {
      expect(stop(user)).toEqual({ allow: true, approvers: [] });
    });

    it('is let to them while everything is paused, and to who asked where no rule is left', () => {
      expect(stop('U0ALICE', aConfig({ paused: true }))).toMatchObject({ allow: true });
      expect(stop('U0RIYA', aConfig({ rules: [], paused: true }))).toMatchObject({ allow: true });
      expect(stop('U0ALICE', aConfig({ rules: [] }))).toMatchObject({ allow: false, whoCan: ['U0RIYA'] });
    });

    it('is let to an approver who asked it and may not approve it', () => {
      expect(decide(act('stop', { user: 'U0ALICE', requester: 'U0ALICE' }), config)).toMatchObject({ allow: true });
    });

    it('is denied to everybody else, an approver of other buckets included, with who can', () => {
      expect(stop('U0MALLORY')).toEqual({
        allow: false,
        reason: 'notApprover',
        why: 'Only the person who asked and the approvers can stop it.',
        whoCan: ['U0RIYA', 'U0ALICE', 'U0BOB'],
      });
      const two = rules({ buckets: 'team-*', approvers: ['bob'] }, { buckets: 'site-*', approvers: ['alice'] });
      expect(stop('U0ALICE', two)).toMatchObject({ allow: false, whoCan: ['U0RIYA', 'U0BOB'] });
    });
  });

  test.each(KINDS)('denies %s to another workspace, whatever else holds', (kind) => {
    expect(decide(act(kind, { team: 'T0OTHER' }), config)).toEqual({
      allow: false,
      reason: 'otherTeam',
      why: 'This workspace is not the one that Interlock is set up for.',
      whoCan: [],
    });
  });

  test.each(KINDS.filter((kind) => kind !== 'cancel' && kind !== 'stop'))('denies %s while Interlock is paused', (kind) => {
    expect(decide(act(kind), aConfig({ paused: true }))).toMatchObject({ allow: false, reason: 'paused' });
  });

  test.each(KINDS.filter((kind) => kind !== 'cancel' && kind !== 'stop'))(
    'denies %s where no rule matches, and says who can help',
    (kind) => {
      expect(decide(act(kind, { bucket: 'orphan' }), config)).toEqual({
        allow: false,
        reason: 'noRule',
        why: 'No rule names who approves requests for orphan. An operator can add one to the configuration.',
        whoCan: [],
      });
    },
  );

  test.each(['ask', 'proceed'] as const)('denies %s to those whom the rule does not name as requesters', (kind) => {
    const named = rules({ requesters: ['U0BOB'] });
    expect(decide(act(kind), named)).toEqual({
      allow: false,
      reason: 'notRequester',
      why: 'Only those whom the rule for this bucket names may ask for it.',
      whoCan: ['U0BOB'],
    });
    expect(decide(act(kind, { user: 'U0BOB' }), named)).toMatchObject({ allow: true });
  });

  test.each(['ask', 'proceed'] as const)('denies %s where nobody but the requester could approve', (kind) => {
    const alone = rules({ approvers: ['alice'] });
    expect(decide(act(kind, { user: 'U0ALICE' }), alone)).toEqual({
      allow: false,
      reason: 'ownRequest',
      why: 'Its only approver is the person who asks, and the rule wants somebody else to approve. An operator can add an approver.',
      whoCan: [],
    });
    expect(decide(act(kind), alone)).toMatchObject({ allow: true });
    expect(decide(act(kind, { user: 'U0ALICE' }), rules({ approvers: ['alice'], requesterMayApprove: true }))).toMatchObject({
      allow: true,
    });
  });

  it('counts one person with two entries as one', () => {
    const twice = aConfig({
      approvers: { alice: anApprover('alice'), again: anApprover('again', { slackUser: 'U0ALICE' }) },
      rules: [aRule({ approvers: ['alice', 'again'] })],
    });
    expect(decide(act('ask', { user: 'U0ALICE' }), twice)).toMatchObject({ allow: false, reason: 'ownRequest' });
  });

  it('counts the first rule that matches, however well a later one would', () => {
    const two = rules({ buckets: 'team-*', approvers: ['bob'] }, { buckets: 'team-scratch', approvers: ['alice'] });
    expect(decide(act('approve', { user: 'U0BOB' }), two)).toMatchObject({ allow: true, rule: { buckets: 'team-*' } });
    expect(decide(act('approve', { user: 'U0ALICE' }), two)).toMatchObject({ allow: false, reason: 'notApprover' });
  });

  it('matches whole names: a rule for team-* says nothing about steam-1', () => {
    expect(decide(act('ask', { bucket: 'steam-1' }), config)).toMatchObject({ allow: false, reason: 'noRule' });
  });
});

describe('a bypass of governance retention', () => {
  const locked = rules({ buckets: 'locked-old' }, { buckets: 'locked-*', bypassGovernanceRetention: true }, { buckets: 'team-*' });

  it.each([
    ['locked-a', true],
    [' s3://locked-a/some/key', true],
    // Another rule comes first.
    ['locked-old', false],
    ['team-scratch', false],
    ['nobodys', false],
    // They may type one of them.
    ['', true],
    ['Locked?', true],
  ])('may be asked for, of “%s”: %s', (typed, may) => {
    expect(mayAskToBypass(locked, typed)).toBe(may);
  });

  it('may not be asked for where no rule allows it', () => {
    expect(mayAskToBypass(rules({ buckets: 'team-*' }), '')).toBe(false);
  });
});
