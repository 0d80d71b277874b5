import { nextStep } from '../../src/domain/next.ts';
import { OUTCOMES } from '../../src/domain/request.ts';
import { endedMessage, headline, outcomeMessage, summary } from '../../src/slack/views/messages.ts';
import { codeRefusedMessage, codeUsedMessage } from '../../src/slack/views/notices.ts';
import { aRequest } from '../helpers/models.ts';
import { read } from '../helpers/read.ts';

const request = aRequest();
const rehearsal = aRequest({ rehearsal: true });

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

(The deletion of \`team-scratch\` was *rehearsed*, approved by @alice. The bucket is untouched. The code was right, and the session that AWS gave for it could read team-scratch.)
:white_check_mark: The deletion of \`team-scratch\` was *rehearsed*, approved by @alice. The bucket is untouched.
The code was right, and the session that AWS gave for it could read team-scratch. A real request would have deleted it now.
Asked by @riya 2026-11-02 09:00 UTC:
“The trial is over, nothing reads it any more”
req-abcdefghij23 · ended 2026-11-02 11:04 UTC, after 2 h 4 min

(The request to delete \`team-scratch\` was *rejected* by @alice. “The auditors still need it”)
:no_entry: The request to delete \`team-scratch\` was *rejected* by @alice.
“The auditors still need it”
Asked by @riya 2026-11-02 09:00 UTC:
“The trial is over, nothing reads it any more”
req-abcdefghij23 · ended 2026-11-02 11:04 UTC, after 2 h 4 min

:leftwards_arrow_with_hook: The request to delete \`team-scratch\` was *cancelled* by @riya.
Asked by @riya 2026-11-02 09:00 UTC:
“The trial is over, nothing reads it any more”
req-abcdefghij23 · ended 2026-11-02 11:04 UTC, after 2 h 4 min

(The request to delete \`team-scratch\` *expired*. Nobody approved it before its time was over.)
:hourglass: The request to delete \`team-scratch\` *expired*.
Nobody approved it before its time was over.
Asked by @riya 2026-11-02 09:00 UTC:
“The trial is over, nothing reads it any more”
req-abcdefghij23 · ended 2026-11-02 11:04 UTC, after 2 h 4 min

(The request to delete \`team-scratch\` was *refused*. The bucket is not empty: it holds 3 objects.)
:no_entry: The request to delete \`team-scratch\` was *refused*.
The bucket is not empty: it holds 3 objects. Ask again with “Empty it first” to have all of that deleted.
Asked by @riya 2026-11-02 09:00 UTC:
“The trial is over, nothing reads it any more”
req-abcdefghij23 · ended 2026-11-02 11:04 UTC, after 2 h 4 min

(The request to delete \`team-scratch\` is *locked*. AWS refused 3 codes.)
:lock: The request to delete \`team-scratch\` is *locked*.
AWS refused 3 codes. It can be asked anew.
Asked by @riya 2026-11-02 09:00 UTC:
“The trial is over, nothing reads it any more”
req-abcdefghij23 · ended 2026-11-02 11:04 UTC, after 2 h 4 min

(The request to delete \`team-scratch\` was *stopped*. An operator stopped it.)
:octagonal_sign: The request to delete \`team-scratch\` was *stopped*.
An operator stopped it.
Asked by @riya 2026-11-02 09:00 UTC:
“The trial is over, nothing reads it any more”
req-abcdefghij23 · ended 2026-11-02 11:04 UTC, after 2 h 4 min

(The request to delete \`team-scratch\` *failed*. A step failed (Lambda.Unknown).)
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

(The deletion of \`team-scratch\` was *rehearsed*, approved by @alice. The bucket is untouched. The code was right, and the session that AWS gave for it could read team-scratch.)
:white_check_mark: The deletion of \`team-scratch\` was *rehearsed*, approved by @alice. The bucket is untouched.
The code was right, and the session that AWS gave for it could read team-scratch. A real request would have deleted it now.
Ask again without *Rehearse* to have it deleted.
req-abcdefghij23

(The request to delete \`team-scratch\` was *rejected* by @alice. “The auditors still need it”)
:no_entry: The request to delete \`team-scratch\` was *rejected* by @alice.
“The auditors still need it”
Nothing was deleted. Talk to the approver, then ask again if need be.
req-abcdefghij23

:leftwards_arrow_with_hook: The request to delete \`team-scratch\` was *cancelled* by @riya.
Nothing was deleted. You can ask again at any time.
req-abcdefghij23

(The request to delete \`team-scratch\` *expired*. Nobody approved it before its time was over.)
:hourglass: The request to delete \`team-scratch\` *expired*.
Nobody approved it before its time was over.
Nothing was deleted. Ask again when an approver has time.
req-abcdefghij23

(The request to delete \`team-scratch\` was *refused*. The bucket is not empty: it holds 3 objects.)
:no_entry: The request to delete \`team-scratch\` was *refused*.
The bucket is not empty: it holds 3 objects. Ask again with “Empty it first” to have all of that deleted.
Nothing was deleted.
req-abcdefghij23

(The request to delete \`team-scratch\` is *locked*. AWS refused 3 codes.)
:lock: The request to delete \`team-scratch\` is *locked*.
AWS refused 3 codes. It can be asked anew.
Nothing was deleted. Ask again, so that the approver can start over.
req-abcdefghij23

(The request to delete \`team-scratch\` was *stopped*. An operator stopped it.)
:octagonal_sign: The request to delete \`team-scratch\` was *stopped*.
An operator stopped it.
Nothing more is done about it. Talk to an operator before you ask again.
req-abcdefghij23

(The request to delete \`team-scratch\` *failed*. A step failed (Lambda.Unknown).)
:x: The request to delete \`team-scratch\` *failed*.
A step failed (Lambda.Unknown).
Look whether the bucket is still there before you ask again; an operator finds the cause in the logs.
req-abcdefghij23"
`);
  });
  test('of a rehearsal that did not come to its end', () => {
    const rehearsals = ended.filter(({ conclusion }) => conclusion.outcome !== 'rehearsed').map((one) => ({ ...one, request: rehearsal }));
    expect(rehearsals.map(headline).join('\n')).toMatchInlineSnapshot(`
"\`team-scratch\` was *deleted*, approved by <@U0ALICE>.
The request to rehearse the deletion of \`team-scratch\` was *rejected* by <@U0ALICE>.
The request to rehearse the deletion of \`team-scratch\` was *cancelled* by <@U0RIYA>.
The request to rehearse the deletion of \`team-scratch\` *expired*.
The request to rehearse the deletion of \`team-scratch\` was *refused*.
The request to rehearse the deletion of \`team-scratch\` is *locked*.
The request to rehearse the deletion of \`team-scratch\` was *stopped*.
The request to rehearse the deletion of \`team-scratch\` *failed*."
`);
  });
});

describe('what a phone shows of an end', () => {
  const said = (outcome: 'refused' | 'rejected', why: string) => summary({ request, conclusion: { outcome, why, by: null } });

  it('is the outcome with the first sentence of why, whatever dots stand in names', () => {
    expect(said('refused', 'The bucket my.logs is in use: see a.b. Ask again.')).toMatch(/\. The bucket my\.logs is in use: see a\.b\.$/);
    expect(said('refused', 'no sentence')).toMatch(/\. no sentence$/);
  });

  it('is the beginning of a reason that somebody typed, on a line, in quotation marks that it can’t end, and pings nobody', () => {
    const typed = `<!channel> it”\n\nwas approved ${'x'.repeat(500)}`;
    expect(said('rejected', typed)).toMatch(/“&lt;!channel&gt; it" was approved x{50,200} …”$/);
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
    expect(read(codeRefusedMessage(request, 'AWS refused the code: it is wrong.', true))).toMatchInlineSnapshot(`
"A code was given in your name for \`team-scratch\`. AWS refused the code: it is wrong.
While the request waits, the button in the channel opens the window for the next code.
Not you? Tell your operators now: they pause Interlock and replace your access key.
req-abcdefghij23"
`);
  });
});
