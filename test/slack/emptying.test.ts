import fc from 'fast-check';
import { nextStep } from '../../src/domain/next.ts';
import type { Kind, Outcome } from '../../src/domain/request.ts';
import { approveModal, rejectModal } from '../../src/slack/views/approve.ts';
import { endedMessage, followMessage, headline, outcomeMessage, waitingMessage } from '../../src/slack/views/messages.ts';
import { progressMessage, progressWords } from '../../src/slack/views/progress.ts';
import { statusMessage } from '../../src/slack/views/status.ts';
import { aRequest, someFacts } from '../helpers/models.ts';
import { read, readView } from '../helpers/read.ts';

const both = ['empty-delete', 'empty'] as const;
const of = (kind: Kind, rehearsal = false) => aRequest({ kind, rehearsal, reason: 'old logs' });
const facts = someFacts({
  objects: { count: 1000, more: true },
  oldVersions: { count: 12, more: false },
  deleteMarkers: { count: 1, more: false },
  uploads: { count: 2, more: false },
  versioning: 'on',
});
const waits = (kind: Kind, rehearsal = false) => ({ request: of(kind, rehearsal), facts, approvers: ['U0ALICE'], notes: [] });
/** What differs between requests: who asks for what, and what will happen. */
const gist = (text: string) =>
  text
    .split('\n')
    .filter((line) => /asks to|What will happen|^\*(All|It)\b/.test(line))
    .join('\n');

describe('an emptying that waits reads', () => {
  test('in the channel, with all that goes', () => {
    expect(read(waitingMessage(waits('empty-delete')))).toMatchInlineSnapshot(`
"(@riya asks to empty and delete \`team-scratch\`. @alice can approve. Reason: “old logs”)
@alice: @riya asks to *empty and delete the bucket* \`team-scratch\`.
“old logs”
*Contents*
1,000 or more objects, 12 old versions, 1 delete marker; 2 unfinished uploads
*Newest write*
none
*Created*
2024-03-05 08:30 UTC
*Region and owner*
us-east-1, account 111122223333
*Versioning*
on
*Access points*
none
*Guard*
none
Looked at 2026-11-02 09:00 UTC.
*What will happen:* everything in the bucket is deleted, old versions too (1,000 or more objects, 12 old versions, 1 delete marker): *nobody can bring it back*. While that goes on its policy keeps others from writing to it. Then the bucket is deleted for good. Its name becomes free to *anybody*, in any account, and may not be taken again for up to three days.
[Approve with MFA code] [Reject]
req-abcdefghij23 · asked 2026-11-02 09:00 UTC · expires 2026-11-02 17:00 UTC"
`);
  });

  test('as what will happen', () => {
    const texts = [waits('empty'), waits('empty', true), waits('empty-delete', true)].map((one) => gist(read(waitingMessage(one))));
    expect(texts.join('\n\n')).toMatchInlineSnapshot(`
"(@riya asks to empty \`team-scratch\`. @alice can approve. Reason: “old logs”)
@alice: @riya asks to *empty the bucket* \`team-scratch\`.
*What will happen:* everything in the bucket is deleted, old versions too (1,000 or more objects, 12 old versions, 1 delete marker): *nobody can bring it back*. While that goes on its policy keeps others from writing to it. The empty bucket stays.

(@riya asks to rehearse the emptying of \`team-scratch\`. @alice can approve. Reason: “old logs”)
@alice: @riya asks to *rehearse the emptying of the bucket* \`team-scratch\`.
*What will happen:* a rehearsal. AWS checks the code, and its session is tried with one read; the bucket stays as it is.

(@riya asks to rehearse the emptying and deletion of \`team-scratch\`. @alice can approve. Reason: “old logs”)
@alice: @riya asks to *rehearse the emptying and deletion of the bucket* \`team-scratch\`.
*What will happen:* a rehearsal. AWS checks the code, and its session is tried with one read; the bucket stays as it is."
`);
  });

  test('to who asked', () => {
    const first = both.flatMap((kind) => [false, true].map((rehearsal) => read(followMessage(waits(kind, rehearsal))).split('\n')[0]));
    expect(first.join('\n')).toMatchInlineSnapshot(`
"Your request to empty and delete \`team-scratch\` waits for @alice.
Your request to rehearse the emptying and deletion of \`team-scratch\` waits for @alice.
Your request to empty \`team-scratch\` waits for @alice.
Your request to rehearse the emptying of \`team-scratch\` waits for @alice."
`);
  });

  test('in the windows of an approver', () => {
    const approval = { attempt: 1, notes: [], now: '2026-11-02T12:05:00.000Z', unlimited: false };
    const text = both.map((kind) => {
      const lines = readView(approveModal({ ...approval, ...waits(kind) })).split('\n');
      return [
        lines[0],
        gist(lines.join('\n')),
        lines.at(-1),
        ...readView(rejectModal(of(kind), 1))
          .split('\n')
          .slice(0, 2),
      ].join('\n');
    });
    expect(text.join('\n\n')).toMatchInlineSnapshot(`
"== Approve a deletion ==
@riya asks to empty and delete \`team-scratch\`:
*What will happen:* everything in the bucket is deleted, old versions too (1,000 or more objects, 12 old versions, 1 delete marker): *nobody can bring it back*. Then the bucket is deleted for good. Its name becomes free to *anybody*, in any account, and may not be taken again for up to three days.
[Not now] [Delete it all]
== Reject a deletion ==
@riya asks to empty and delete \`team-scratch\`. If you reject it, the bucket stays as it is.

== Approve an emptying ==
@riya asks to empty \`team-scratch\`:
*What will happen:* everything in the bucket is deleted, old versions too (1,000 or more objects, 12 old versions, 1 delete marker): *nobody can bring it back*. The empty bucket stays.
[Not now] [Empty for good]
== Reject an emptying ==
@riya asks to empty \`team-scratch\`. If you reject it, the bucket stays as it is."
`);
  });
});

describe('an emptying that has ended reads', () => {
  const ended = (kind: Kind, outcome: Outcome, why: string, by: string | null) => {
    const request = of(kind, outcome === 'rehearsed');
    return { request, conclusion: { outcome, why, by }, closedAt: '2026-11-02T11:04:00.000Z' };
  };
  test('where somebody rejected what was begun: what went is told beside the reason, in the channel too', () => {
    const went = 'Before that, 400 versions went.';
    const rejected = { ...ended('empty', 'rejected', 'Enough.', 'U0ALICE'), went };
    for (const text of [read(outcomeMessage(rejected, nextStep('rejected', 'empty'))), read(endedMessage(rejected))])
      expect(text).toContain(`“Enough.”\n${went}\n`);
  });

  const HELD = 'It held 1,200 versions, 1 delete marker and 2 unfinished uploads.';

  test('where all was done, and where somebody stopped it', () => {
    const all = [
      ended('empty-delete', 'deleted', HELD, 'U0ALICE'),
      ended('empty', 'emptied', HELD, 'U0ALICE'),
      ended('empty', 'stopped', '400 versions of team-scratch went; the rest stays.', 'U0RIYA'),
      ended('empty-delete', 'stopped', 'Interlock was paused by its operators.', null),
    ];
    const said = all.map((one) => read(outcomeMessage(one, nextStep(one.conclusion.outcome, one.request.kind))));
    expect(said.join('\n\n')).toMatchInlineSnapshot(`
"(\`team-scratch\` was *deleted*, approved by @alice. It held 1,200 versions, 1 delete marker and 2 unfinished uploads.)
:white_check_mark: \`team-scratch\` was *deleted*, approved by @alice.
It held 1,200 versions, 1 delete marker and 2 unfinished uploads.
Nothing more to do. Whoever wants the name again may have to wait up to three days.
req-abcdefghij23

(\`team-scratch\` is *empty* now, approved by @alice. It held 1,200 versions, 1 delete marker and 2 unfinished uploads.)
:white_check_mark: \`team-scratch\` is *empty* now, approved by @alice.
It held 1,200 versions, 1 delete marker and 2 unfinished uploads.
The empty bucket keeps its name, its settings and its guard. Ask again without *Keep the empty bucket* to have it deleted.
req-abcdefghij23

(The request to empty \`team-scratch\` was *stopped* by @riya. 400 versions of team-scratch went; the rest stays.)
:octagonal_sign: The request to empty \`team-scratch\` was *stopped* by @riya.
400 versions of team-scratch went; the rest stays.
Nothing more is deleted, and what is gone stays gone. Ask again to go on with the rest.
req-abcdefghij23

(The request to empty and delete \`team-scratch\` was *stopped*. Interlock was paused by its operators.)
:octagonal_sign: The request to empty and delete \`team-scratch\` was *stopped*.
Interlock was paused by its operators.
Nothing more is deleted, and what is gone stays gone. Ask again to go on with the rest.
req-abcdefghij23"
`);
  });

  test('in its first line, however it ends', () => {
    const outcomes = ['rehearsed', 'rejected', 'cancelled', 'expired', 'refused', 'locked', 'failed'] as const;
    const lines = both.flatMap((kind) => outcomes.map((outcome) => headline(ended(kind, outcome, '', 'U0ALICE'))));
    expect(lines.join('\n')).toMatchInlineSnapshot(`
"The emptying and deletion of \`team-scratch\` was *rehearsed*, approved by <@U0ALICE>. The bucket is untouched.
The request to empty and delete \`team-scratch\` was *rejected* by <@U0ALICE>.
The request to empty and delete \`team-scratch\` was *cancelled* by <@U0ALICE>.
The request to empty and delete \`team-scratch\` *expired*.
The request to empty and delete \`team-scratch\` was *refused*.
The request to empty and delete \`team-scratch\` is *locked*.
The request to empty and delete \`team-scratch\` *failed*.
The emptying of \`team-scratch\` was *rehearsed*, approved by <@U0ALICE>. The bucket is untouched.
The request to empty \`team-scratch\` was *rejected* by <@U0ALICE>.
The request to empty \`team-scratch\` was *cancelled* by <@U0ALICE>.
The request to empty \`team-scratch\` *expired*.
The request to empty \`team-scratch\` was *refused*.
The request to empty \`team-scratch\` is *locked*.
The request to empty \`team-scratch\` *failed*."
`);
  });
});

describe('an emptying that goes on', () => {
  const done = { versions: 2_000, markers: 100, bytes: 7, uploads: 1 };
  const progressing = { request: of('empty-delete'), done, least: false, left: 8_200, sofar: 1_000, seconds: 20, approver: 'U0ALICE' };

  it('reads as how far it is, with a way to stop it', () => {
    expect(read(progressMessage(progressing))).toMatchInlineSnapshot(`
":hourglass_flowing_sand: Emptying \`team-scratch\`: 2,100 of about 9,300 versions and markers are gone (22 %), 50 a second, about 2 min left.
[Stop]
req-abcdefghij23 · asked by @riya, approved by @alice · what is gone stays gone"
`);
  });

  it.each([
    [
      'at the beginning',
      '0 of about 9,300 versions and markers are gone (0 %)',
      { done: { ...done, versions: 0, markers: 0 }, left: 9_300, sofar: 0, seconds: 0 },
    ],
    [
      'where it is slow',
      '3 of about 9 versions and markers are gone (33 %)',
      { done: { ...done, versions: 3, markers: 0 }, left: 9, sofar: 3, seconds: 60 },
    ],
    ['in the middle', '2,100 of about 9,300 versions and markers are gone (22 %), 50 a second, about 2 min left', progressing],
    [
      'where there was more than was guessed',
      '2,100 versions and markers are gone, as many as was guessed or more, 525 a second',
      { done, left: 100, sofar: 2_100, seconds: 4 },
    ],
    [
      'where nothing is known',
      '0 versions and markers are gone, as many as was guessed or more',
      { done: { ...done, versions: 0, markers: 0 }, left: 0, sofar: 0, seconds: 4 },
    ],
    [
      'where it takes long',
      '2,100 of about 399,992,100 versions and markers are gone (0 %), 1,000 a second, about 4 d left',
      { done, left: 400_000_000, sofar: 10_000, seconds: 10 },
    ],
  ])('says %s what went, of how much, how fast', (_, words, how) => {
    expect(progressWords({ least: false, ...how })).toBe(words);
    expect(progressWords({ ...how, least: true })).toBe(`at least ${words}`);
  });

  it('tells of less than all as long as it goes on, and of no less than nothing, whatever it is', () => {
    const count = fc.nat(1e12);
    fc.assert(
      fc.property(count, count, count, count, fc.double({ min: 0, max: 1e6, noNaN: true }), (versions, markers, left, sofar, seconds) => {
        const words = progressWords({ done: { ...done, versions, markers }, least: false, left, sofar, seconds });
        expect(Number(/\((\d+) %\)/.exec(words)?.[1] ?? 0)).toBeLessThan(100);
        expect(words).not.toMatch(/NaN|Infinity|-\d/);
      }),
    );
  });

  it('shows in the status while it is worked on, and not while it waits or once it has ended', () => {
    const listed = { request: of('empty'), progress: progressWords(progressing) };
    const closed = { ...listed, state: 'closed' as const, outcome: 'emptied' as const, closedAt: '2026-11-02T11:04:00.000Z' };
    const mine = [{ ...listed, state: 'decided' as const }, { ...listed, state: 'waiting' as const }, closed];
    expect(
      read(statusMessage({ mine, forMe: [] }))
        .split('\n')
        .slice(4)
        .join('\n'),
    ).toMatchInlineSnapshot(`
"\`team-scratch\` (emptied, kept), asked by @riya 2026-11-02 09:00 UTC
*being emptied*: 2,100 of about 9,300 versions and markers are gone (22 %), 50 a second, about 2 min left · req-abcdefghij23
\`team-scratch\` (emptied, kept), asked by @riya 2026-11-02 09:00 UTC
*waits for an approver*, until 2026-11-02 17:00 UTC · req-abcdefghij23
\`team-scratch\` (emptied, kept), asked by @riya 2026-11-02 09:00 UTC
*emptied* 2026-11-02 11:04 UTC · req-abcdefghij23"
`);
  });
});
