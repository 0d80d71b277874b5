import type { PolicyOutcome } from '../../src/aws/bucket-policy.ts';
import type { SealContext } from '../../src/aws/sealed.ts';
import { type BucketPolicy, NO_POLICY, policyText } from '../../src/domain/bucket-policy.ts';
import { approvedPrincipals } from '../../src/domain/guard.ts';
import { planGuardChange } from '../../src/domain/guard-change.ts';
import { type GuardKind, isGuardKind, KINDS, type Kind } from '../../src/domain/request.ts';
import { BadInput, TryAgain } from '../../src/errors.ts';
import { Secret } from '../../src/secret.ts';
import { type Change, changeGuard } from '../../src/steps/change-guard.ts';
import { deleteOrRehearse } from '../../src/steps/delete-bucket.ts';
import { policyOf } from '../helpers/guard-statements.ts';
import { aConfig, anElevation, aRequest, aRule, someFacts } from '../helpers/models.ts';

const config = aConfig();
const BUCKET = 'team-scratch';
const SESSION = { accessKeyId: 'ASIA', secretAccessKey: 's', sessionToken: 't', expiresAt: '2026-11-02T10:00:00.000Z' };
const letThrough = approvedPrincipals(config, BUCKET, 'sandbox') ?? { principals: [], approvers: [] };

/** What was shown of a policy. */
function shownOf(policy: BucketPolicy, kind: GuardKind, required: boolean) {
  const plan = planGuardChange(policy, { bucket: BUCKET, kind, required, ...letThrough });
  if (!plan.ok) throw new Error(plan.why);
  return plan.change;
}

interface Told {
  kind?: Kind;
  rehearsal?: boolean;
  outcome?: PolicyOutcome;
  /** The policy that the writer finds. */
  policy?: BucketPolicy;
  /** The policy of which the approver was shown the change. */
  shown?: BucketPolicy;
  config?: typeof config;
  /** Was it shown that the rule asks for a guard? */
  required?: boolean;
}

/** Runs the step; gives its result, what it opened its session for, and what it wanted to write. */
async function run({ kind = 'guard-hardened', rehearsal = false, outcome, policy = NO_POLICY, shown = NO_POLICY, ...more }: Told) {
  const request = aRequest({ kind, rehearsal, bucket: BUCKET });
  const opened: SealContext[] = [];
  const decisions: Awaited<ReturnType<Change>>[] = [];
  const entries: string[] = [];
  const parts = {
    config: more.config ?? config,
    stage: 'sandbox',
    seals: {
      async open(_: string, context: SealContext) {
        opened.push(context);
        return new Secret(JSON.stringify(SESSION));
      },
    },
    audit: {
      async record({ entry }: { entry: string }) {
        entries.push(entry);
        return { head: entry, first: true };
      },
    },
    changePolicy: async (at: object, session: object, change: Change): Promise<PolicyOutcome> => {
      expect(at).toEqual({ bucket: BUCKET, account: '111122223333', region: 'eu-central-1', writer: request.requestId });
      expect(session).toEqual(SESSION);
      const decision = await change(policy);
      decisions.push(decision);
      if (!decision.ok) return { kind: 'refused', why: decision.why };
      return outcome ?? { kind: decision.changed ? 'written' : 'unchanged', before: policy, after: decision.policy };
    },
  };
  const guardChange = shownOf(shown, isGuardKind(kind) ? kind : 'guard-hardened', more.required ?? false);
  const input = {
    execution: request.requestId,
    enteredAt: request.askedAt,
    request,
    answer: {
      verdict: 'approved' as const,
      why: '',
      slackUser: 'U0ALICE',
      approver: 'alice',
      attempt: 2,
      sealedCode: null,
      auditHead: 'a',
    },
    elevation: anElevation({ attempt: 2 }),
    facts: { ...someFacts({ region: 'eu-central-1' }), guardChange },
  };
  return { result: await changeGuard(input, parts as never), opened, decisions, entries, input, parts };
}

const guarded = () => {
  const plan = planGuardChange(NO_POLICY, { bucket: BUCKET, kind: 'guard-hardened', ...letThrough });
  if (!plan.ok) throw new Error(plan.why);
  return plan.policy;
};

describe('changeGuard', () => {
  it('writes the guard with the session that was given for this kind of request', async () => {
    const { result, opened, decisions, entries } = await run({});
    expect(result).toEqual({ verdict: 'guarded', why: 'It had no guard before.', auditHead: '002-5-guarded' });
    expect(opened).toEqual([
      {
        purpose: 'session',
        requestId: 'req-abcdefghij23',
        bucket: BUCKET,
        account: '111122223333',
        approver: 'alice',
        attempt: 2,
        kind: 'guard-hardened',
        rehearsal: false,
      },
    ]);
    expect(decisions).toMatchObject([{ ok: true, changed: true }]);
    expect(entries).toEqual(['002-4-changing-guard', '002-5-guarded']);
  });

  it('takes it off', async () => {
    const { result } = await run({ kind: 'guard-off', policy: guarded(), shown: guarded() });
    expect(result).toMatchObject({ verdict: 'unguarded', why: 'Its guard was the hardened one before.' });
  });

  it('takes one off that the rule asks for where that was said, and no other', async () => {
    const asksForGuard = { ...config, rules: config.rules.map((rule) => ({ ...rule, guard: 'required' as const })) };
    const off = { kind: 'guard-off' as const, policy: guarded(), shown: guarded(), config: asksForGuard };
    expect((await run({ ...off, required: true })).result.verdict).toBe('unguarded');
    expect((await run(off)).result.verdict).toBe('refused');
  });

  it('says the same where it is run again and finds its own work', async () => {
    const first = await run({});
    const again = await run({ policy: guarded(), shown: NO_POLICY });
    expect(again.decisions).toMatchObject([{ ok: true, changed: false }]);
    expect(again.result).toEqual(first.result);
  });

  it('keeps a statement of somebody else’s that came since it was shown', async () => {
    const statement = { Sid: 'Readers', Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${BUCKET}/*` };
    const { result, decisions } = await run({ policy: policyOf({ Statement: statement }) });
    expect(result.verdict).toBe('guarded');
    expect(decisions[0]?.ok && policyText(decisions[0].policy)).toContain('"Readers"');
  });

  it.each<[string, Told]>([
    ['the guard is another one', { policy: NO_POLICY, shown: guarded(), kind: 'guard-basic' }],
    [
      'somebody may deny the change now',
      {
        policy: policyOf({
          Statement: { Effect: 'Deny', Principal: '*', Action: 's3:PutBucketPolicy', Resource: `arn:aws:s3:::${BUCKET}` },
        }),
      },
    ],
    ['the rule names others', { config: aConfig({ rules: [aRule({ approvers: ['bob'] })] }) }],
  ])('writes nothing where %s than was shown', async (_, told) => {
    const { result } = await run(told);
    expect(result).toMatchObject({ verdict: 'refused', why: expect.stringContaining('is not as the approver was shown it any more') });
  });

  it('writes nothing where no rule names the bucket any more', async () => {
    const { result } = await run({ config: aConfig({ rules: [aRule({ buckets: 'other-*' })] }) });
    expect(result).toMatchObject({ verdict: 'refused', why: expect.stringContaining('No rule names team-scratch any more') });
  });

  it.each<[PolicyOutcome, string]>([
    [{ kind: 'refused', why: 'S3 takes no such policy.' }, 'S3 takes no such policy.'],
    [{ kind: 'absent', why: 'There is no bucket team-scratch.' }, 'There is no bucket team-scratch.'],
    [{ kind: 'denied', why: 'User: arn is not authorized' }, 'AWS denied the change to the approved session. A policy of the bucket'],
    [{ kind: 'sessionEnded', why: '' }, 'The session ended before the guard was changed. Ask again.'],
  ])('is refused in words where AWS says %j', async (outcome, why) => {
    const { result } = await run({ outcome });
    expect(result).toMatchObject({ verdict: 'refused', why: expect.stringContaining(why) });
    expect(result.why).not.toContain('User: arn');
  });

  it('is tried again while others are at the policy', async () => {
    await expect(run({ outcome: { kind: 'busy', why: 'Somebody else is changing the policy.' } })).rejects.toThrow(TryAgain);
  });

  it.each<Told>([{ kind: 'delete' }, { kind: 'empty-delete' }, { kind: 'empty' }, { rehearsal: true }])(
    'does nothing for a request of another kind (%j)',
    async (told) => {
      await expect(run(told)).rejects.toThrow(BadInput);
    },
  );

  it('does nothing while Interlock is paused', async () => {
    const { result, opened, entries } = await run({ config: aConfig({ paused: true }) });
    expect(result).toMatchObject({ verdict: 'stopped', auditHead: 'b' });
    expect([opened, entries]).toEqual([[], []]);
  });
});

describe('deleteOrRehearse', () => {
  it.each(KINDS.filter(isGuardKind))('deletes nothing with what was given for %s: it opens a session for deletions only', async (kind) => {
    const { input, parts, opened } = await run({ kind, policy: guarded(), shown: guarded() });
    const done = { deleteBucket: async () => 'done', tryRead: async () => 'done', now: () => 0 };
    await deleteOrRehearse({ ...input, rehearse: false, found: null, emptying: null }, { ...parts, ...done } as never);
    expect(opened.at(-1)).toMatchObject({ kind: 'delete', rehearsal: false });
    const rehearsed = await deleteOrRehearse({ ...input, rehearse: true, found: null, emptying: null }, { ...parts, ...done } as never);
    expect(opened.at(-1)).toMatchObject({ kind, rehearsal: true });
    expect(rehearsed.why).toContain('would have changed its guard now');
  });
});
