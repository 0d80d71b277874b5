import fc from 'fast-check';
import { complaints, fill, stateOf } from '../../sandbox/slack/form.ts';
import type { Block } from '../../sandbox/slack/types.ts';
import { GUARD_ACTIONS } from '../../src/domain/guard.ts';
import { nextStep } from '../../src/domain/next.ts';
import { type GuardChange, type Kind, OUTCOMES, type Outcome } from '../../src/domain/request.ts';
import { shownDigest } from '../../src/domain/shown.ts';
import { approveModal, parseModalFor, rejectModal } from '../../src/slack/views/approve.ts';
import { askGuardModal, parseAskGuard } from '../../src/slack/views/ask.ts';
import type { StateValues } from '../../src/slack/views/inputs.ts';
import { endedMessage, followMessage, outcomeMessage, waitingMessage } from '../../src/slack/views/messages.ts';
import { codeUsedMessage, forOperatorsMessage } from '../../src/slack/views/notices.ts';
import { statusMessage } from '../../src/slack/views/status.ts';
import { aGuardChange, aRequest, someFacts } from '../helpers/models.ts';
import { read, readView } from '../helpers/read.ts';

const ACTIONS = GUARD_ACTIONS.map(({ action }) => action);
const BASIC = ['s3:DeleteBucket'];
const MORE = ACTIONS.filter((action) => !BASIC.includes(action));

const waits = (kind: Kind, change: Partial<GuardChange> = {}, rehearsal = false) => ({
  request: aRequest({ kind, rehearsal, reason: 'The audit wants it' }),
  facts: someFacts({ guardChange: aGuardChange(change), objects: { count: 1000, more: true }, versioning: 'on' }),
  approvers: ['U0ALICE', 'U0BOB'],
  notes: [],
});
const hardened = waits('guard-hardened');
const toBasic = waits('guard-basic', { before: 'hardened', after: 'basic', denied: [], allowed: MORE });
const off = waits('guard-off', { before: 'hardened', after: 'none', denied: [], allowed: ACTIONS, principals: [], approvers: [] });

describe('the message in the approvals channel reads', () => {
  test('where a guard is to be put on', () => {
    expect(read(waitingMessage(hardened))).toMatchInlineSnapshot(`
"(@riya asks to put the hardened guard on \`team-scratch\`. @alice or @bob can approve.)
@alice or @bob: @riya asks to *put the hardened guard on the bucket* \`team-scratch\`.
“The audit wants it”
*Guard now*
none
*Guard then*
hardened
*Denied to others from then on*
DeleteBucket, PutBucketPolicy, DeleteBucketPolicy, PutLifecycleConfiguration, PutBucketVersioning, DeleteObjectVersion, BypassGovernanceRetention, PutBucketObjectLockConfiguration, UpdateObjectEncryption
*Let through, with a code*
interlock-alice, interlock-bob
*Region and owner*
us-east-1, account 111122223333
Looked at 2026-11-02 09:00 UTC.
*What will happen:* the bucket’s policy is changed, and nothing else. From then on only its approvers, with a code, can delete the bucket or change its guard. *Templates, log set-ups and jobs that edit its policy, lifecycle rules or versioning, or delete old versions, are denied.*
[Approve with MFA code] [Reject]
req-abcdefghij23 · asked 2026-11-02 09:00 UTC · expires 2026-11-02 17:00 UTC"
`);
  });

  test('where it is to be the basic one', () => {
    expect(read(waitingMessage(toBasic))).toMatchInlineSnapshot(`
"(@riya asks to put the basic guard on \`team-scratch\`. @alice or @bob can approve.)
@alice or @bob: @riya asks to *put the basic guard on the bucket* \`team-scratch\`.
“The audit wants it”
*Guard now*
hardened
*Guard then*
basic
*No longer denied*
PutBucketPolicy, DeleteBucketPolicy, PutLifecycleConfiguration, PutBucketVersioning, DeleteObjectVersion, BypassGovernanceRetention, PutBucketObjectLockConfiguration, UpdateObjectEncryption
*Let through, with a code*
interlock-alice, interlock-bob
*Region and owner*
us-east-1, account 111122223333
Looked at 2026-11-02 09:00 UTC.
*What will happen:* the bucket’s policy is changed, and nothing else. From then on only its approvers, with a code, can delete the bucket. *Whoever may write its policy can take this guard off.*
[Approve with MFA code] [Reject]
req-abcdefghij23 · asked 2026-11-02 09:00 UTC · expires 2026-11-02 17:00 UTC"
`);
  });

  test('where it is to be taken off', () => {
    expect(read(waitingMessage(off))).toMatchInlineSnapshot(`
"(@riya asks to take the guard off \`team-scratch\`. @alice or @bob can approve.)
@alice or @bob: @riya asks to *take the guard off the bucket* \`team-scratch\`.
“The audit wants it”
*Guard now*
hardened
*Guard then*
none
*No longer denied*
DeleteBucket, PutBucketPolicy, DeleteBucketPolicy, PutLifecycleConfiguration, PutBucketVersioning, DeleteObjectVersion, BypassGovernanceRetention, PutBucketObjectLockConfiguration, UpdateObjectEncryption
*Region and owner*
us-east-1, account 111122223333
Looked at 2026-11-02 09:00 UTC.
*What will happen:* the guard goes out of the bucket’s policy, and nothing else changes. *From then on whoever may delete buckets in the account can delete it without a code.*
[Approve with MFA code] [Reject]
req-abcdefghij23 · asked 2026-11-02 09:00 UTC · expires 2026-11-02 17:00 UTC"
`);
  });

  test('where the guard that is there is not whole, and others may deny the change', () => {
    const faults = ['Statement “InterlockGuardApprover” is missing: sessions under any other name than the approvers’ get through.'];
    const denials = ['Statement “Frozen” of the bucket policy may deny the change, under conditions.'];
    const mend = waits('guard-hardened', { before: 'broken', denials, denied: [], allowed: [] });
    const guard = { state: 'notWhole' as const, level: 'hardened' as const, findings: faults, deniesApprovers: false };
    const waysRound = ['Lifecycle rule “old” deletes objects 30 days after they were written, guard or not.'];
    const facts = { ...mend.facts, guard, waysRound };
    expect(read(waitingMessage({ ...mend, facts, notes: ['The bucket policy was edited'] }))).toMatchInlineSnapshot(`
"(@riya asks to put the hardened guard on \`team-scratch\`. @alice or @bob can approve.)
@alice or @bob: @riya asks to *put the hardened guard on the bucket* \`team-scratch\`.
“The audit wants it”
:warning: The bucket policy was edited
*Guard now*
there, but not whole
*Guard then*
hardened
*What it denies*
the same actions as now
*Let through, with a code*
interlock-alice, interlock-bob
*Goes round the guard*
Lifecycle rule “old” deletes objects 30 days after they were written, guard or not.
*Region and owner*
us-east-1, account 111122223333
:warning: Statement “InterlockGuardApprover” is missing: sessions under any other name than the approvers’ get through.
:warning: Statement “Frozen” of the bucket policy may deny the change, under conditions.
Looked at 2026-11-02 09:00 UTC.
*What will happen:* the bucket’s policy is changed, and nothing else. From then on only its approvers, with a code, can delete the bucket or change its guard. *Templates, log set-ups and jobs that edit its policy, lifecycle rules or versioning, or delete old versions, are denied.*
[Approve with MFA code] [Reject]
req-abcdefghij23 · asked 2026-11-02 09:00 UTC · expires 2026-11-02 17:00 UTC"
`);
  });

  test('where it is to be rehearsed', () => {
    expect(read(waitingMessage({ ...off, request: aRequest({ kind: 'guard-off', rehearsal: true }) }))).toMatchInlineSnapshot(`
"(@riya asks to rehearse taking the guard off \`team-scratch\`. @alice or @bob can approve.)
@alice or @bob: @riya asks to *rehearse taking the guard off the bucket* \`team-scratch\`.
“The trial is over, nothing reads it any more”
*Guard now*
hardened
*Guard then*
none
*No longer denied*
DeleteBucket, PutBucketPolicy, DeleteBucketPolicy, PutLifecycleConfiguration, PutBucketVersioning, DeleteObjectVersion, BypassGovernanceRetention, PutBucketObjectLockConfiguration, UpdateObjectEncryption
*Region and owner*
us-east-1, account 111122223333
Looked at 2026-11-02 09:00 UTC.
*What will happen:* a rehearsal. AWS checks the code, and its session is tried with one read; the bucket stays as it is.
[Approve with MFA code] [Reject]
req-abcdefghij23 · asked 2026-11-02 09:00 UTC · expires 2026-11-02 17:00 UTC"
`);
  });
});

describe('the modal in which a change of a guard is asked for', () => {
  /** What the app gets when a person fills the modal in and submits it. */
  function submit(values: Record<string, unknown>, typed = 'team-scratch'): StateValues {
    const blocks = askGuardModal(typed).blocks as Block[];
    const state = fill(blocks, stateOf(blocks), values);
    expect(complaints(blocks, state)).toEqual([]);
    return state as StateValues;
  }

  it('reads', () => {
    expect(readView(askGuardModal(''))).toMatchInlineSnapshot(`
"== Guard a bucket ==
Bucket: ____
(A name, s3://…, an ARN or the address of its page in the S3 console.)
Change: ____
( ) Put the hardened guard on
( ) Put the basic guard on
( ) Take the guard off
(Basic: only its approvers, with a code, can delete it. Hardened: nor can others take the guard off or destroy old versions.)
Reason: ____
(The approver reads it before anything is changed.)
Rehearse: ____
( ) Do everything but change the guard
[Close] [Ask for approval]"
`);
  });

  it.each([
    ['Put the hardened guard on', 'guard-hardened'],
    ['Put the basic guard on', 'guard-basic'],
    ['Take the guard off', 'guard-off'],
  ])('gives back “%s”', (Change, kind) => {
    expect(parseAskGuard(submit({ Change, Reason: 'x' }))).toEqual({ bucket: 'team-scratch', kind, reason: 'x', rehearsal: false });
  });

  it('asks for the hardened guard unless something else is chosen', () => {
    expect(parseAskGuard(submit({ Reason: 'x', Rehearse: true }))).toMatchObject({ kind: 'guard-hardened', rehearsal: true });
  });

  it('asks for no deletion, and nothing else, whatever is submitted', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom('delete', 'guard', 'guard-', 'off', 'GUARD-OFF', '__proto__')), (value) => {
        const { kind } = parseAskGuard({ change: { change: { selected_option: { value } } } });
        expect(kind === undefined || kind === value).toBe(true);
        expect(kind).not.toBe('delete');
      }),
    );
    expect(parseAskGuard({})).toEqual({ bucket: '', kind: undefined, reason: '', rehearsal: false });
  });
});

describe('the modal in which a change of a guard is approved', () => {
  const modal = { attempt: 1, now: '2026-11-02T12:05:00.000Z', unlimited: false };

  it('reads', () => {
    expect(readView(approveModal({ ...hardened, ...modal }))).toMatchInlineSnapshot(`
"== Approve a guard change ==
@riya asks to put the hardened guard on \`team-scratch\`:
“The audit wants it”
*Guard now*
none
*Guard then*
hardened
*Denied to others from then on*
DeleteBucket, PutBucketPolicy, DeleteBucketPolicy, PutLifecycleConfiguration, PutBucketVersioning, DeleteObjectVersion, BypassGovernanceRetention, PutBucketObjectLockConfiguration, UpdateObjectEncryption
*Let through, with a code*
interlock-alice, interlock-bob
*Region and owner*
us-east-1, account 111122223333
Looked at 2026-11-02 09:00 UTC (3 h 4 min ago).
*What will happen:* the bucket’s policy is changed, and nothing else. From then on only its approvers, with a code, can delete the bucket or change its guard. *Templates, log set-ups and jobs that edit its policy, lifecycle rules or versioning, or delete old versions, are denied.*
MFA code: ____
(The six digits that your MFA device shows now. AWS checks them; each works once.)
Bucket name: ____
(Type the bucket's name, to be sure that it is the one you mean.)
req-abcdefghij23
[Not now] [Put the guard on]"
`);
  });

  it('reads where the guard goes, and the code gives more than this bucket', () => {
    expect(readView(approveModal({ ...off, ...modal, unlimited: true }))).toMatchInlineSnapshot(`
"== Approve a guard change ==
@riya asks to take the guard off \`team-scratch\`:
“The audit wants it”
*Guard now*
hardened
*Guard then*
none
*No longer denied*
DeleteBucket, PutBucketPolicy, DeleteBucketPolicy, PutLifecycleConfiguration, PutBucketVersioning, DeleteObjectVersion, BypassGovernanceRetention, PutBucketObjectLockConfiguration, UpdateObjectEncryption
*Region and owner*
us-east-1, account 111122223333
Looked at 2026-11-02 09:00 UTC (3 h 4 min ago).
*What will happen:* the guard goes out of the bucket’s policy, and nothing else changes. *From then on whoever may delete buckets in the account can delete it without a code.*
:warning: Your code gives a session that is not limited to this bucket: it may do all that your IAM user may. Interlock does what is asked here with it, and nothing else.
MFA code: ____
(The six digits that your MFA device shows now. AWS checks them; each works once.)
Bucket name: ____
(Type the bucket's name, to be sure that it is the one you mean.)
req-abcdefghij23
[Not now] [Take the guard off]"
`);
  });

  it('reads as a rehearsal', () => {
    const lines = readView(approveModal({ ...off, ...modal, request: aRequest({ kind: 'guard-off', rehearsal: true }) })).split('\n');
    expect([lines[0], lines[1], lines.at(-1)]).toMatchInlineSnapshot(`
[
  "== Approve a rehearsal ==",
  "@riya asks to rehearse taking the guard off \`team-scratch\`:",
  "[Not now] [Rehearse]",
]
`);
    expect(lines).toContain('This is a rehearsal: the bucket stays as it is.');
  });

  it('holds the digest of the change that it shows: of another change it is another', () => {
    const { shown } = parseModalFor(approveModal({ ...hardened, ...modal }).private_metadata ?? '') ?? {};
    expect(shown).toBe(shownDigest(hardened.request, hardened.facts));
    const others = [
      shownDigest({ ...hardened.request, kind: 'guard-off' }, hardened.facts),
      shownDigest({ ...hardened.request, kind: 'delete' }, hardened.facts),
      shownDigest(hardened.request, { ...hardened.facts, guardChange: null }),
      shownDigest(hardened.request, { ...hardened.facts, guardChange: aGuardChange({ approvers: ['interlock-mallory'] }) }),
    ];
    expect(new Set([shown, ...others]).size).toBe(5);
  });

  it('shows of a deletion the bucket, whatever else was seen', () => {
    const facts = { ...hardened.facts, objects: { count: 0, more: false } };
    const text = readView(approveModal({ ...hardened, ...modal, facts, request: aRequest() }));
    expect(text).toContain('*It is deleted for good.*');
    expect(text).not.toContain('Guard then');
  });
});

test('the modal in which a change of a guard is rejected reads', () => {
  expect(readView(rejectModal(off.request, 1))).toMatchInlineSnapshot(`
"== Reject a guard change ==
@riya asks to take the guard off \`team-scratch\`. If you reject it, the bucket stays as it is.
Reason: ____
(The person who asked reads it, and everybody in the channel.)
req-abcdefghij23
[Not now] [Reject]"
`);
});

describe('what is told once a change of a guard has ended reads', () => {
  const ended = (kind: Kind, outcome: Outcome, why = '', rehearsal = false) => ({
    request: aRequest({ kind, rehearsal, reason: 'The audit wants it' }),
    conclusion: { outcome, why, by: ['guarded', 'unguarded', 'rehearsed'].includes(outcome) ? 'U0ALICE' : null },
    closedAt: '2026-11-02T11:04:00.000Z',
  });
  const done = [
    ended('guard-hardened', 'guarded'),
    ended('guard-basic', 'guarded'),
    ended('guard-off', 'unguarded'),
    ended('guard-off', 'rehearsed', '', true),
    ended(
      'guard-hardened',
      'refused',
      'team-scratch has the hardened guard already, whole and for the approvers of its rule: there is nothing to change.',
    ),
  ];

  test('in the channel', () => {
    expect(read(endedMessage(done[0] as (typeof done)[0]))).toMatchInlineSnapshot(`
":white_check_mark: \`team-scratch\` is *guarded* now (hardened), approved by @alice.
Asked by @riya 2026-11-02 09:00 UTC:
“The audit wants it”
req-abcdefghij23 · ended 2026-11-02 11:04 UTC, after 2 h 4 min"
`);
  });

  test('in the thread and directly', () => {
    const told = done.map((one) => read(outcomeMessage(one, nextStep(one.conclusion.outcome, one.request.kind))));
    expect(told.join('\n\n')).toMatchInlineSnapshot(`
":white_check_mark: \`team-scratch\` is *guarded* now (hardened), approved by @alice.
Nothing more to do. Deleting the bucket, or changing its guard, takes an approver’s code from now on.
req-abcdefghij23

:white_check_mark: \`team-scratch\` is *guarded* now (basic), approved by @alice.
Nothing more to do. Whoever may write the bucket’s policy can still take this guard off; the hardened one guards itself too.
req-abcdefghij23

:white_check_mark: \`team-scratch\` is *unguarded* now, approved by @alice.
Whoever may delete buckets in the account can delete it now, without a code: put the guard on again when you are done.
req-abcdefghij23

:white_check_mark: Taking the guard off \`team-scratch\` was *rehearsed*, approved by @alice. The bucket is untouched.
Ask again without *Rehearse* to have it changed.
req-abcdefghij23

:no_entry: The request to put the hardened guard on \`team-scratch\` was *refused*.
team-scratch has the hardened guard already, whole and for the approvers of its rule: there is nothing to change.
The guard is as it was.
req-abcdefghij23"
`);
  });

  test('in its first line, however it ends', () => {
    const lines = OUTCOMES.filter((outcome) => !['deleted', 'guarded', 'unguarded', 'rehearsed'].includes(outcome)).map(
      (outcome) => read(outcomeMessage(ended('guard-off', outcome), '')).split('\n')[0],
    );
    expect(lines.join('\n')).toMatchInlineSnapshot(`
":no_entry: The request to take the guard off \`team-scratch\` was *rejected*.
:leftwards_arrow_with_hook: The request to take the guard off \`team-scratch\` was *cancelled*.
:hourglass: The request to take the guard off \`team-scratch\` *expired*.
:no_entry: The request to take the guard off \`team-scratch\` was *refused*.
:lock: The request to take the guard off \`team-scratch\` is *locked*.
:octagonal_sign: The request to take the guard off \`team-scratch\` was *stopped*.
:x: The request to take the guard off \`team-scratch\` *failed*."
`);
  });

  test('to the approver whose code was used, and to operators', () => {
    expect(read(codeUsedMessage(done[2] as (typeof done)[0], true, ''))).toMatchInlineSnapshot(`
"Your MFA code was just used for \`team-scratch\`. \`team-scratch\` is *unguarded* now, approved by @alice.
Not you? Tell your operators now: they pause Interlock and replace your access key.
req-abcdefghij23"
`);
    expect(read(forOperatorsMessage(off.request, 'AWS does not know the approver’s access key.'))).toMatchInlineSnapshot(`
":wrench: The request to take the guard off \`team-scratch\` needs an operator. AWS does not know the approver’s access key.
req-abcdefghij23"
`);
  });
});

test('who asked, and who looks at the status, reads which change it is', () => {
  expect(read(followMessage(toBasic)).split('\n')[0]).toMatchInlineSnapshot(
    `"Your request to put the basic guard on \`team-scratch\` waits for @alice or @bob."`,
  );
  const listed = [hardened, toBasic, off, waits('guard-basic', {}, true)].map(({ request }) => ({ request, state: 'waiting' as const }));
  const rows = read(statusMessage({ mine: listed, forMe: [] }))
    .split('\n')
    .filter((line) => line.includes('asked by'));
  expect(rows.join('\n')).toMatchInlineSnapshot(`
"\`team-scratch\` (hardened guard), asked by @riya 2026-11-02 09:00 UTC
\`team-scratch\` (basic guard), asked by @riya 2026-11-02 09:00 UTC
\`team-scratch\` (guard off), asked by @riya 2026-11-02 09:00 UTC
\`team-scratch\` (basic guard, rehearsal), asked by @riya 2026-11-02 09:00 UTC"
`);
});
