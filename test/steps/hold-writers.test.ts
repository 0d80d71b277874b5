import type { PolicyOutcome } from '../../src/aws/bucket-policy.ts';
import { type BucketPolicy, NO_POLICY } from '../../src/domain/bucket-policy.ts';
import { lateWritersStatement } from '../../src/domain/late-writers.ts';
import type { Kind } from '../../src/domain/request.ts';
import { TryAgain } from '../../src/errors.ts';
import type { Change } from '../../src/steps/change-guard.ts';
import { type HoldParts, holdOrRelease } from '../../src/steps/hold-writers.ts';
import { given, SESSION, sealsOf } from '../helpers/emptying-steps.ts';
import { policyOf } from '../helpers/guard-statements.ts';
import { aConfig, anApprover } from '../helpers/models.ts';

const THEIRS = { Sid: 'Readers', Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::team-scratch/*' };
const ROLE = 'arn:aws:iam::111122223333:role/interlock-sandbox-deletion';

interface Told {
  kind?: Kind;
  hold?: boolean;
  policy?: BucketPolicy;
  outcome?: PolicyOutcome;
  config?: HoldParts['config'];
}

/** Runs the step; gives its result, what it opened its session for, and the policy that it wanted. */
async function run({ kind = 'empty', hold = true, policy = NO_POLICY, outcome, config = aConfig() }: Told = {}) {
  const { seals, opened } = sealsOf();
  const wanted: Awaited<ReturnType<Change>>[] = [];
  const parts: HoldParts = {
    config,
    stage: 'sandbox',
    seals,
    async changePolicy(at, session, change) {
      expect(at).toEqual({ bucket: 'team-scratch', account: '111122223333', region: 'eu-central-1', writer: 'req-abcdefghij23' });
      expect(session).toEqual(SESSION);
      const decision = await change(policy);
      wanted.push(decision);
      if (!decision.ok) return { kind: 'refused', why: decision.why };
      return outcome ?? { kind: decision.changed ? 'written' : 'unchanged', before: policy, after: decision.policy };
    },
  };
  const result = await holdOrRelease({ ...given(kind), hold }, parts);
  const [decision] = wanted;
  return { result, opened, statements: decision?.ok ? decision.policy.statements : undefined };
}

describe('late writers', () => {
  it('are held off with the session of this very request, until it is over and a little longer; what others say there stays', async () => {
    const { result, opened, statements } = await run({ policy: policyOf({ Statement: [THEIRS] }) });
    expect(result).toEqual({ held: true, why: '' });
    expect(opened).toMatchObject([
      { purpose: 'session', kind: 'empty', rehearsal: false, approver: 'alice', attempt: 1, bucket: 'team-scratch' },
    ]);
    expect(statements).toEqual([THEIRS, lateWritersStatement('team-scratch', ROLE, SESSION.expiresAt)]);
  });

  it('are everybody but whose session it is, where it is a user’s', async () => {
    const alice = anApprover('alice', { session: 'user' });
    const { statements } = await run({ config: aConfig({ approvers: { alice } }) });
    expect(statements).toEqual([lateWritersStatement('team-scratch', alice.user, SESSION.expiresAt)]);
  });

  it('may write again afterwards; what others say there stays', async () => {
    const held = policyOf({ Statement: [THEIRS, lateWritersStatement('team-scratch', ROLE, '2026-11-02T08:00:00.000Z')] });
    expect(await run({ hold: false, policy: held })).toMatchObject({ result: { held: false, why: '' }, statements: [THEIRS] });
    expect(await run({ hold: false, policy: policyOf({ Statement: [THEIRS] }) })).toMatchObject({ result: { held: false, why: '' } });
  });

  it.each<[string, PolicyOutcome, boolean, object]>([
    ['not held', { kind: 'denied', why: 'User: arn' }, true, { held: false, why: expect.stringContaining('could not be held off') }],
    ['not held', { kind: 'sessionEnded', why: '' }, true, { held: false, why: '' }],
    ['not held', { kind: 'absent', why: '' }, true, { held: false, why: '' }],
    [
      'held still',
      { kind: 'denied', why: 'User: arn' },
      false,
      { held: true, why: expect.stringMatching(/InterlockLateWriters .* ends by itself/) },
    ],
    ['held still', { kind: 'sessionEnded', why: '' }, false, { held: true, why: expect.stringContaining('ends by itself') }],
    ['not held', { kind: 'absent', why: '' }, false, { held: false, why: '' }],
  ])('are said to be %s where AWS says %j (hold: %s)', async (_, outcome, hold, said) => {
    expect((await run({ hold, outcome })).result).toEqual(said);
  });

  it('are not held off where the policy has no room for it', async () => {
    const long = policyOf({ Statement: [{ ...THEIRS, Resource: `arn:aws:s3:::team-scratch/${'x'.repeat(20_000)}` }] });
    expect(await run({ policy: long })).toMatchObject({
      result: { held: false, why: expect.stringContaining('could not be held off') },
      statements: undefined,
    });
  });

  it.each([true, false])('are tried again while others are at the policy (hold: %s)', async (hold) => {
    await expect(run({ hold, outcome: { kind: 'busy', why: 'Others are at it.' } })).rejects.toThrow(TryAgain);
  });

  it('of a bucket whose old versions go are not held off: it stays in use', async () => {
    for (const hold of [true, false]) expect(await run({ kind: 'purge', hold })).toEqual({ result: { held: false, why: '' }, opened: [] });
  });

  it('are not held off while Interlock is paused, and let write again all the same', async () => {
    const config = aConfig({ paused: true });
    expect(await run({ config })).toMatchObject({ result: { held: false, why: '' }, opened: [] });
    expect(await run({ config, hold: false })).toMatchObject({ result: { held: false, why: '' }, opened: [{}] });
  });
});
