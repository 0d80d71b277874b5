import { followMessage, reminderMessage, waitingMessage } from '../../src/slack/views/messages.ts';
import { aRequest, someFacts } from '../helpers/models.ts';
import { read } from '../helpers/read.ts';

const request = aRequest();
const rehearsal = aRequest({ rehearsal: true });
const approvers = ['U0ALICE', 'U0BOB'];
const asked = { request, facts: someFacts(), approvers, notes: [] };

describe('the message in the approvals channel reads', () => {
  test('while a request waits', () => {
    expect(read(waitingMessage(asked))).toMatchInlineSnapshot(`
"(@riya asks to delete \`team-scratch\`. @alice or @bob can approve. Reason: “The trial is over, nothing reads it any more”)
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
"(@riya asks to rehearse the deletion of \`team-scratch\`. @alice or @bob can approve. Reason: “The trial is over, nothing reads it any more”)
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
"(@riya asks to delete \`team-logs-111122223333-eu-central-1-an\`. @alice can approve. Reason: “The trial is over, nothing reads it any more”)
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
      `"@alice and @bob: the request to delete \`team-scratch\` still waits for one of you, until 2026-11-02 17:00 UTC."`,
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
