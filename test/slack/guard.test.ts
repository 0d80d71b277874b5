import { nextStep } from '../../src/domain/next.ts';
import { type Kind, OUTCOMES, type Outcome } from '../../src/domain/request.ts';
import { endedMessage, followMessage, outcomeMessage, waitingMessage } from '../../src/slack/views/messages.ts';
import { codeUsedMessage, forOperatorsMessage } from '../../src/slack/views/notices.ts';
import { statusMessage } from '../../src/slack/views/status.ts';
import { hardened, off, toBasic, waits } from '../helpers/guard-requests.ts';
import { aRequest } from '../helpers/models.ts';
import { read } from '../helpers/read.ts';

describe('the message in the approvals channel reads', () => {
  test('where a guard is to be put on', () => {
    expect(read(waitingMessage(hardened))).toMatchInlineSnapshot(`
"(@riya asks to put the hardened guard on \`team-scratch\`. @alice or @bob can approve. Reason: “The audit wants it”)
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
"(@riya asks to put the basic guard on \`team-scratch\`. @alice or @bob can approve. Reason: “The audit wants it”)
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
"(@riya asks to take the guard off \`team-scratch\`. @alice or @bob can approve. Reason: “The audit wants it”)
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

  test('where it is to be taken off though the rule asks for one', () => {
    const { facts, ...rest } = waits('guard-off', { before: 'basic', after: 'none', required: true });
    expect(read(waitingMessage({ ...rest, facts }))).toContain(
      ':warning: Its rule asks for a guard: without one no request for its deletion goes through, and the daily check tells operators.',
    );
  });

  test('where the guard that is there is not whole, and others may deny the change', () => {
    const faults = ['Statement “InterlockGuardApprover” is missing: sessions under any other name than the approvers’ get through.'];
    const denials = ['Statement “Frozen” of the bucket policy may deny the change, under conditions.'];
    const mend = waits('guard-hardened', { before: 'broken', denials, denied: [], allowed: [] });
    const guard = { state: 'notWhole' as const, level: 'hardened' as const, findings: faults, deniesApprovers: false };
    const waysRound = ['Lifecycle rule “old” deletes objects 30 days after they were written, guard or not.'];
    const facts = { ...mend.facts, guard, waysRound };
    expect(read(waitingMessage({ ...mend, facts, notes: ['The bucket policy was edited'] }))).toMatchInlineSnapshot(`
"(@riya asks to put the hardened guard on \`team-scratch\`. @alice or @bob can approve. Reason: “The audit wants it”)
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
"(@riya asks to rehearse taking the guard off \`team-scratch\`. @alice or @bob can approve. Reason: “The trial is over, nothing reads it any more”)
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

(The request to put the hardened guard on \`team-scratch\` was *refused*. team-scratch has the hardened guard already, whole and for the approvers of its rule: there is nothing to change.)
:no_entry: The request to put the hardened guard on \`team-scratch\` was *refused*.
team-scratch has the hardened guard already, whole and for the approvers of its rule: there is nothing to change.
The guard is as it was.
req-abcdefghij23"
`);
  });

  test('in its first line, however it ends', () => {
    const lines = OUTCOMES.filter(
      (outcome) => !['deleted', 'emptied', 'purged', 'guarded', 'unguarded', 'rehearsed'].includes(outcome),
    ).map((outcome) => read(outcomeMessage(ended('guard-off', outcome), '')).split('\n')[0]);
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
