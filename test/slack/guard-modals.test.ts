import fc from 'fast-check';
import { complaints, fill, stateOf } from '../../sandbox/slack/form.ts';
import type { Block } from '../../sandbox/slack/types.ts';
import { shownDigest } from '../../src/domain/shown.ts';
import { approveModal, rejectModal } from '../../src/slack/views/approve.ts';
import { askGuardModal, parseAskGuard } from '../../src/slack/views/ask.ts';
import type { StateValues } from '../../src/slack/views/inputs.ts';
import { hardened, off } from '../helpers/guard-requests.ts';
import { aGuardChange, aRequest } from '../helpers/models.ts';
import { readView } from '../helpers/read.ts';

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

  it('is shown under a digest of the change: of another change it is another', () => {
    const others = [
      shownDigest(hardened.request, hardened.facts, []),
      shownDigest(hardened.request, hardened.facts, ['a note']),
      shownDigest({ ...hardened.request, kind: 'guard-off' }, hardened.facts, []),
      shownDigest({ ...hardened.request, kind: 'delete' }, hardened.facts, []),
      shownDigest(hardened.request, { ...hardened.facts, guardChange: null }, []),
      shownDigest(hardened.request, { ...hardened.facts, guardChange: aGuardChange({ approvers: ['interlock-mallory'] }) }, []),
    ];
    expect(new Set(others).size).toBe(6);
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
