import { nextStep } from '../../src/domain/next.ts';
import { OUTCOMES } from '../../src/domain/request.ts';
import { endedMessage, followMessage, outcomeMessage, reminderMessage, waitingMessage } from '../../src/slack/views/messages.ts';
import { codeRefusedMessage, codeUsedMessage } from '../../src/slack/views/notices.ts';
import { aRequest, someFacts } from '../helpers/models.ts';
import { read } from '../helpers/read.ts';

const request = aRequest();
const rehearsal = aRequest({ rehearsal: true });
const approvers = ['U0ALICE', 'U0BOB'];
const asked = { request, facts: someFacts(), approvers, notes: [] };

describe('the message in the approvals channel reads', () => {
  test('while a request waits', () => {
    expect(read(waitingMessage(asked))).toMatchInlineSnapshot(`
"(@riya asks to delete \`team-scratch\`. @alice or @bob can approve.)
@alice or @bob: @riya asks to *delete the bucket* \`team-scratch\`.
“The trial is over, nothing reads it any more”
*Contents*
empty
*Newest write*
none
*Created*
2024-03-05 08:30 UTC
*Region and owner*
us-east-1, account 111122223333
*Versioning*
never on
*Access points*
none
*Guard*
none
Looked at 2026-11-02 09:00 UTC.
*What will happen:* the bucket is deleted for good. Its name becomes free to *anybody*, in any account, and may not be taken again for up to three days.
[Approve with MFA code] [Reject]
req-abcdefghij23 · asked 2026-11-02 09:00 UTC · expires 2026-11-02 17:00 UTC"
`);
  });
  test('while a rehearsal waits', () => {
    expect(read(waitingMessage({ ...asked, request: rehearsal }))).toMatchInlineSnapshot(`
"(@riya asks to rehearse the deletion of \`team-scratch\`. @alice or @bob can approve.)
@alice or @bob: @riya asks to *rehearse the deletion of the bucket* \`team-scratch\`.
“The trial is over, nothing reads it any more”
*Contents*
empty
*Newest write*
none
*Created*
2024-03-05 08:30 UTC
*Region and owner*
us-east-1, account 111122223333
*Versioning*
never on
*Access points*
none
*Guard*
none
Looked at 2026-11-02 09:00 UTC.
*What will happen:* a rehearsal. AWS checks the code, and its session is tried with one read; the bucket stays as it is.
[Approve with MFA code] [Reject]
req-abcdefghij23 · asked 2026-11-02 09:00 UTC · expires 2026-11-02 17:00 UTC"
`);
  });
  test('with all that can be told of a bucket, asked again', () => {
    const facts = someFacts({
      region: 'eu-central-1',
      createdAt: null,
      uploads: { count: 2, more: false },
      newestWrite: '2026-10-30T16:20:00.000Z',
      versioning: 'suspended',
      mfaDelete: true,
      objectLock: true,
      tags: Array.from({ length: 10 }, (_, index) => ({ key: `k${index}`, value: 'v' })),
      moreTags: 2,
      stack: 'site-prod',
      dependents: [{ kind: 'website', text: 'It serves a website.', seen: true }],
      guard: { state: 'notWhole', level: 'basic', findings: ['Statement “X” is missing.', 'It lacks <more>.'], deniesApprovers: false },
      waysRound: ['Lifecycle rule “old” deletes objects 30 days after they were written, guard or not.'],
      denials: ['Statement “NoDelete” of the bucket policy may deny the deletion, under conditions.'],
    });
    const notes = ['AWS refused the code.', 'Region: was us-east-1, is eu-central-1'];
    const bucket = 'team-logs-111122223333-eu-central-1-an';
    expect(read(waitingMessage({ ...asked, request: aRequest({ bucket }), facts, notes, approvers: ['U0ALICE'] }))).toMatchInlineSnapshot(`
"(@riya asks to delete \`team-logs-111122223333-eu-central-1-an\`. @alice can approve.)
@alice: @riya asks to *delete the bucket* \`team-logs-111122223333-eu-central-1-an\`.
“The trial is over, nothing reads it any more”
:warning: AWS refused the code.
:warning: Region: was us-east-1, is eu-central-1
*Contents*
2 unfinished uploads
*Newest write*
2026-10-30 16:20 UTC
*Created*
unknown
*Region and owner*
eu-central-1, account 111122223333
*Versioning*
suspended, MFA Delete on, Object Lock on
*Access points*
none
*Guard*
not whole: Statement “X” is missing. It lacks <more>.
*Goes round the guard*
Lifecycle rule “old” deletes objects 30 days after they were written, guard or not.
*Tags*
\`k0=v\` \`k1=v\` \`k2=v\` \`k3=v\` \`k4=v\` \`k5=v\` \`k6=v\` \`k7=v\` \`k8=v\` \`k9=v\` and 2 more
:warning: It serves a website. Its address stops.
:warning: It belongs to the CloudFormation stack site-prod. The stack will not know that it is gone.
:warning: It has Object Lock: somebody meant its contents to be kept.
:warning: Statement “NoDelete” of the bucket policy may deny the deletion, under conditions.
Looked at 2026-11-02 09:00 UTC.
*What will happen:* the bucket is deleted for good. Its name stays reserved to this account.
[Approve with MFA code] [Reject]
req-abcdefghij23 · asked 2026-11-02 09:00 UTC · expires 2026-11-02 17:00 UTC"
`);
  });
  test('in its thread at half the window', () => {
    expect(read(reminderMessage(request, approvers))).toMatchInlineSnapshot(
      `"@alice and @bob: this still waits for one of you, until 2026-11-02 17:00 UTC."`,
    );
  });
});

describe('the message to the person who asked reads', () => {
  test('while it waits', () => {
    expect(read(followMessage(asked))).toMatchInlineSnapshot(`
"Your request to delete \`team-scratch\` waits for @alice or @bob.
[Cancel request]
req-abcdefghij23 · expires 2026-11-02 17:00 UTC"
`);
  });
  test('while a rehearsal waits', () => {
    expect(read(followMessage({ request: rehearsal, approvers: ['U0ALICE'] }))).toMatchInlineSnapshot(`
"Your request to rehearse the deletion of \`team-scratch\` waits for @alice.
[Cancel request]
req-abcdefghij23 · expires 2026-11-02 17:00 UTC"
`);
  });
});

const WHY: Record<string, string> = {
  rehearsed: 'The code was right, and the session that AWS gave for it could read team-scratch. A real request would have deleted it now.',
  rejected: 'The auditors still need it',
  expired: 'Nobody approved it before its time was over.',
  refused: 'The bucket is not empty: it holds 3 objects. Ask again with “Empty it first” to have all of that deleted.',
  locked: 'AWS refused 3 codes. It can be asked anew.',
  stopped: 'An operator stopped it.',
  failed: 'A step failed (Lambda.Unknown).',
};
const BY: Record<string, string> = {
  deleted: 'U0ALICE',
  rehearsed: 'U0ALICE',
  rejected: 'U0ALICE',
  cancelled: 'U0RIYA',
  locked: 'U0ALICE',
};
/** Of deletions: guards and emptying have files of their own. */
const ended = OUTCOMES.filter((outcome) => !outcome.endsWith('guarded') && outcome !== 'emptied' && outcome !== 'purged').map(
  (outcome) => ({
    request: outcome === 'rehearsed' ? rehearsal : request,
    conclusion: { outcome, why: WHY[outcome] ?? '', by: BY[outcome] ?? null },
    closedAt: '2026-11-02T11:04:00.000Z',
  }),
);

describe('what is told once a request has ended reads', () => {
  test('in the channel', () => {
    expect(ended.map((one) => read(endedMessage(one))).join('\n\n')).toMatchInlineSnapshot(`
":white_check_mark: \`team-scratch\` was *deleted*, approved by @alice.
Asked by @riya 2026-11-02 09:00 UTC:
“The trial is over, nothing reads it any more”
req-abcdefghij23 · ended 2026-11-02 11:04 UTC, after 2 h 4 min

:white_check_mark: The deletion of \`team-scratch\` was *rehearsed*, approved by @alice. The bucket is untouched.
The code was right, and the session that AWS gave for it could read team-scratch. A real request would have deleted it now.
Asked by @riya 2026-11-02 09:00 UTC:
“The trial is over, nothing reads it any more”
req-abcdefghij23 · ended 2026-11-02 11:04 UTC, after 2 h 4 min

:no_entry: The request to delete \`team-scratch\` was *rejected* by @alice.
“The auditors still need it”
Asked by @riya 2026-11-02 09:00 UTC:
“The trial is over, nothing reads it any more”
req-abcdefghij23 · ended 2026-11-02 11:04 UTC, after 2 h 4 min

:leftwards_arrow_with_hook: The request to delete \`team-scratch\` was *cancelled* by @riya.
Asked by @riya 2026-11-02 09:00 UTC:
“The trial is over, nothing reads it any more”
req-abcdefghij23 · ended 2026-11-02 11:04 UTC, after 2 h 4 min

:hourglass: The request to delete \`team-scratch\` *expired*.
Nobody approved it before its time was over.
Asked by @riya 2026-11-02 09:00 UTC:
“The trial is over, nothing reads it any more”
req-abcdefghij23 · ended 2026-11-02 11:04 UTC, after 2 h 4 min

:no_entry: The request to delete \`team-scratch\` was *refused*.
The bucket is not empty: it holds 3 objects. Ask again with “Empty it first” to have all of that deleted.
Asked by @riya 2026-11-02 09:00 UTC:
“The trial is over, nothing reads it any more”
req-abcdefghij23 · ended 2026-11-02 11:04 UTC, after 2 h 4 min

:lock: The request to delete \`team-scratch\` is *locked*.
AWS refused 3 codes. It can be asked anew.
Asked by @riya 2026-11-02 09:00 UTC:
“The trial is over, nothing reads it any more”
req-abcdefghij23 · ended 2026-11-02 11:04 UTC, after 2 h 4 min

:octagonal_sign: The request to delete \`team-scratch\` was *stopped*.
An operator stopped it.
Asked by @riya 2026-11-02 09:00 UTC:
“The trial is over, nothing reads it any more”
req-abcdefghij23 · ended 2026-11-02 11:04 UTC, after 2 h 4 min

:x: The request to delete \`team-scratch\` *failed*.
A step failed (Lambda.Unknown).
Asked by @riya 2026-11-02 09:00 UTC:
“The trial is over, nothing reads it any more”
req-abcdefghij23 · ended 2026-11-02 11:04 UTC, after 2 h 4 min"
`);
  });
  test('in the thread and directly', () => {
    expect(
      ended.map((one) => read(outcomeMessage(one, nextStep(one.conclusion.outcome, one.request.kind)))).join('\n\n'),
    ).toMatchInlineSnapshot(`
":white_check_mark: \`team-scratch\` was *deleted*, approved by @alice.
Nothing more to do. Whoever wants the name again may have to wait up to three days.
req-abcdefghij23

:white_check_mark: The deletion of \`team-scratch\` was *rehearsed*, approved by @alice. The bucket is untouched.
The code was right, and the session that AWS gave for it could read team-scratch. A real request would have deleted it now.
Ask again without *Rehearse* to have it deleted.
req-abcdefghij23

:no_entry: The request to delete \`team-scratch\` was *rejected* by @alice.
“The auditors still need it”
Nothing was deleted. Talk to the approver, then ask again if need be.
req-abcdefghij23

:leftwards_arrow_with_hook: The request to delete \`team-scratch\` was *cancelled* by @riya.
Nothing was deleted. You can ask again at any time.
req-abcdefghij23

:hourglass: The request to delete \`team-scratch\` *expired*.
Nobody approved it before its time was over.
Nothing was deleted. Ask again when an approver has time.
req-abcdefghij23

:no_entry: The request to delete \`team-scratch\` was *refused*.
The bucket is not empty: it holds 3 objects. Ask again with “Empty it first” to have all of that deleted.
Nothing was deleted.
req-abcdefghij23

:lock: The request to delete \`team-scratch\` is *locked*.
AWS refused 3 codes. It can be asked anew.
Nothing was deleted. Ask again, so that the approver can start over.
req-abcdefghij23

:octagonal_sign: The request to delete \`team-scratch\` was *stopped*.
An operator stopped it.
Nothing more is done about it. Talk to an operator before you ask again.
req-abcdefghij23

:x: The request to delete \`team-scratch\` *failed*.
A step failed (Lambda.Unknown).
Look whether the bucket is still there before you ask again; an operator finds the cause in the logs.
req-abcdefghij23"
`);
  });
  test('of a rehearsal that did not come to its end', () => {
    const rehearsals = ended.filter(({ conclusion }) => conclusion.outcome !== 'rehearsed').map((one) => ({ ...one, request: rehearsal }));
    expect(rehearsals.map((one) => read(outcomeMessage(one, '')).split('\n')[0]).join('\n')).toMatchInlineSnapshot(`
":white_check_mark: \`team-scratch\` was *deleted*, approved by @alice.
:no_entry: The request to rehearse the deletion of \`team-scratch\` was *rejected* by @alice.
:leftwards_arrow_with_hook: The request to rehearse the deletion of \`team-scratch\` was *cancelled* by @riya.
:hourglass: The request to rehearse the deletion of \`team-scratch\` *expired*.
:no_entry: The request to rehearse the deletion of \`team-scratch\` was *refused*.
:lock: The request to rehearse the deletion of \`team-scratch\` is *locked*.
:octagonal_sign: The request to rehearse the deletion of \`team-scratch\` was *stopped*.
:x: The request to rehearse the deletion of \`team-scratch\` *failed*."
`);
  });
});

describe('what an approver is told of their own codes reads', () => {
  const [deleted] = ended;
  test('when one gave a session', () => {
    expect(read(codeUsedMessage(deleted as NonNullable<typeof deleted>, true, ''))).toMatchInlineSnapshot(`
"Your MFA code was just used for \`team-scratch\`. \`team-scratch\` was *deleted*, approved by @alice.
Not you? Tell your operators now: they pause Interlock and replace your access key.
req-abcdefghij23"
`);
  });
  test('when one gave none', () => {
    expect(read(codeRefusedMessage(request, 'AWS refused the code: it is wrong.'))).toMatchInlineSnapshot(`
"A code was given in your name for \`team-scratch\`. AWS refused the code: it is wrong.
Not you? Tell your operators now: they pause Interlock and replace your access key.
req-abcdefghij23"
`);
  });
});
