import fc from 'fast-check';
import { complaints, fill, stateOf } from '../../sandbox/slack/form.ts';
import type { Block } from '../../sandbox/slack/types.ts';
import { approveModal, parseApprove, parseModalFor, rejectModal, tellingModal } from '../../src/slack/views/approve.ts';
import { askModal, parseAsk } from '../../src/slack/views/ask.ts';
import { type StateValues, typed } from '../../src/slack/views/inputs.ts';
import { aRequest, someFacts } from '../helpers/models.ts';
import { readView } from '../helpers/read.ts';

const request = aRequest();
const approval = { request, facts: someFacts(), attempt: 1, notes: [], now: '2026-11-02T12:05:00.000Z', unlimited: false };

/** What the app gets when a person fills the modal in and submits it. */
function submit(view: { blocks: unknown[] }, values: Record<string, unknown>): StateValues {
  const blocks = view.blocks as Block[];
  const state = fill(blocks, stateOf(blocks), values);
  expect(complaints(blocks, state)).toEqual([]);
  return state as StateValues;
}

describe('the modal in which a deletion is asked for', () => {
  it('reads', () => {
    expect(readView(askModal(''))).toMatchInlineSnapshot(`
"== Delete a bucket ==
Bucket: ____
(A name, s3://…, an ARN or the address of its page in the S3 console.)
Reason: ____
(The approver reads it before anything is deleted.)
Empty it first: ____
( ) Delete all objects and old versions in it, for good
Keep the empty bucket: ____
( ) Empty it, and leave the bucket with its name and settings
Rehearse: ____
( ) Do everything but delete
[Close] [Ask for approval]"
`);
  });

  it('holds what was typed after the command', () => {
    expect(parseAsk(submit(askModal('team-scratch'), { Reason: 'old' }))).toEqual({
      bucket: 'team-scratch',
      reason: 'old',
      rehearsal: false,
      kind: 'delete',
    });
  });

  it('gives back what was filled in', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 900 }),
        fc.string({ minLength: 1, maxLength: 900 }),
        fc.boolean(),
        fc.constantFrom('delete', 'empty-delete', 'empty'),
        (bucket, reason, rehearsal, kind) => {
          const ticks = { Rehearse: rehearsal, 'Empty it first': kind !== 'delete', 'Keep the empty bucket': kind === 'empty' };
          const values = submit(askModal(''), { Bucket: bucket, Reason: reason, ...ticks });
          expect(parseAsk(values)).toEqual({ bucket, reason, rehearsal, kind });
        },
      ),
    );
  });

  it('asks for nothing where the bucket is to be kept, and not to be emptied', () => {
    expect(parseAsk(submit(askModal('team-scratch'), { Reason: 'old', 'Keep the empty bucket': true })).kind).toBeUndefined();
  });

  it('empties nothing that nobody ticked, whatever is submitted', () => {
    const option = (value: string) => ({ selected_options: [{ value }] });
    for (const values of [
      { empty: { keep: option('keep') } },
      { keep: { empty: option('empty') } },
      { rehearse: { rehearse: option('empty') } },
    ]) {
      expect(parseAsk(values as unknown as StateValues).kind).toBe('delete');
    }
  });

  it('wants a bucket and a reason, and no tick', () => {
    const blocks = askModal('').blocks as Block[];
    expect(complaints(blocks, stateOf(blocks)).map(({ label }) => label)).toEqual(['Bucket', 'Reason']);
  });

  it('gives empty text for what is not there', () => {
    expect(parseAsk({})).toEqual({ bucket: '', reason: '', rehearsal: false, kind: 'delete' });
  });
});

describe('the modal in which a deletion is approved', () => {
  it('reads', () => {
    expect(readView(approveModal(approval))).toMatchInlineSnapshot(`
"== Approve a deletion ==
@riya asks to delete \`team-scratch\`:
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
Looked at 2026-11-02 09:00 UTC (3 h 4 min ago).
*It is deleted for good.* Its name becomes free to *anybody*, in any account, and may not be taken again for up to three days.
MFA code: ____
(The six digits that your MFA device shows now. AWS checks them; each works once.)
Bucket name: ____
(Type the bucket's name, to be sure that it is the one you mean.)
req-abcdefghij23
[Not now] [Delete for good]"
`);
  });

  it('reads, asked again, with a code that gives more than this bucket', () => {
    const notes = ['AWS refused the code: it is wrong, or was used already. Wait for the next code on your device; 2 tries are left.'];
    expect(readView(approveModal({ ...approval, notes, unlimited: true, attempt: 2 }))).toMatchInlineSnapshot(`
"== Approve a deletion ==
:warning: AWS refused the code: it is wrong, or was used already. Wait for the next code on your device; 2 tries are left.
@riya asks to delete \`team-scratch\`:
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
Looked at 2026-11-02 09:00 UTC (3 h 4 min ago).
*It is deleted for good.* Its name becomes free to *anybody*, in any account, and may not be taken again for up to three days.
:warning: Your code gives a session that is not limited to this bucket: it may do all that your IAM user may. Interlock does what is asked here with it, and nothing else.
MFA code: ____
(The six digits that your MFA device shows now. AWS checks them; each works once.)
Bucket name: ____
(Type the bucket's name, to be sure that it is the one you mean.)
req-abcdefghij23
[Not now] [Delete for good]"
`);
  });

  it('reads as a rehearsal', () => {
    expect(readView(approveModal({ ...approval, request: aRequest({ rehearsal: true }) }))).toMatchInlineSnapshot(`
"== Approve a rehearsal ==
@riya asks to rehearse the deletion of \`team-scratch\`:
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
Looked at 2026-11-02 09:00 UTC (3 h 4 min ago).
This is a rehearsal: the bucket stays as it is.
MFA code: ____
(The six digits that your MFA device shows now. AWS checks them; each works once.)
Bucket name: ____
(Type the bucket's name, to be sure that it is the one you mean.)
req-abcdefghij23
[Not now] [Rehearse]"
`);
  });

  it('gives back what was filled in', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 30 }), fc.string({ minLength: 1, maxLength: 100 }), (code, bucketName) => {
        const values = submit(approveModal(approval), { 'MFA code': code, 'Bucket name': bucketName });
        expect(parseApprove(values)).toEqual({ code, bucketName });
      }),
    );
  });

  it('holds no code and no name before they are typed', () => {
    const blocks = approveModal(approval).blocks as Block[];
    expect(complaints(blocks, stateOf(blocks)).map(({ label }) => label)).toEqual(['MFA code', 'Bucket name']);
  });

  it('keeps no code from one asking to the next, where Slack puts that into the open window: whoever submits again has read what they approve', () => {
    const typedBefore = submit(approveModal({ ...approval, attempt: 1 }), { 'MFA code': '138502', 'Bucket name': 'team-scratch' });
    const state = (attempt: number) => stateOf(approveModal({ ...approval, attempt }).blocks as Block[], typedBefore as never);
    expect(parseApprove(state(1) as StateValues)).toEqual({ code: '138502', bucketName: 'team-scratch' });
    expect(parseApprove(state(2) as StateValues)).toEqual({ code: '', bucketName: 'team-scratch' });
  });

  it('names the request and the asking that it is for, and when it was built', () => {
    expect(parseModalFor(approveModal({ ...approval, attempt: 3 }).private_metadata ?? '')).toEqual({
      requestId: request.requestId,
      attempt: 3,
      now: approval.now,
    });
  });
});

describe('the modal in which a deletion is rejected', () => {
  it('reads', () => {
    expect(readView(rejectModal(request, 1))).toMatchInlineSnapshot(`
"== Reject a deletion ==
@riya asks to delete \`team-scratch\`. If you reject it, the bucket stays.
Reason: ____
(The person who asked reads it, and everybody in the channel.)
req-abcdefghij23
[Not now] [Reject]"
`);
  });

  it('reads for a rehearsal', () => {
    expect(
      readView(rejectModal(aRequest({ rehearsal: true }), 1))
        .split('\n')
        .slice(0, 2)
        .join('\n'),
    ).toMatchInlineSnapshot(`
"== Reject a rehearsal ==
@riya asks to rehearse the deletion of \`team-scratch\`. If you reject it, the bucket stays."
`);
  });

  it('gives back the reason, and what it is for', () => {
    const view = rejectModal(request, 2);
    expect(typed(submit(view, { Reason: 'still used' }), 'reason')).toBe('still used');
    expect(parseModalFor(view.private_metadata ?? '')).toEqual({ requestId: request.requestId, attempt: 2, now: '' });
  });
});

describe('what a modal is for', () => {
  test.each([
    '',
    '{',
    'null',
    '[]',
    '7',
    '{}',
    '{"requestId":"req-1"}',
    '{"attempt":1}',
    '{"requestId":7,"attempt":1}',
    '{"requestId":"r","attempt":"1"}',
    '{"requestId":"r","attempt":1,"now":7}',
  ])('is unknown where it says %j', (metadata) => {
    expect(parseModalFor(metadata)).toBeUndefined();
  });

  it('holds nothing else, whatever stands there', () => {
    expect(parseModalFor('{"requestId":"r","attempt":1,"approver":"U0MALLORY"}')).toEqual({
      requestId: 'r',
      attempt: 1,
      now: '',
    });
  });
});

test('a modal that only tells has a text and a way out', () => {
  expect(readView(tellingModal('Not done', 'This is over: expired.'))).toMatchInlineSnapshot(`
"== Not done ==
This is over: expired.
[Close]"
`);
});
