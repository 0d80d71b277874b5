import fc from 'fast-check';
import { answered, NO_TRIES, sending, type Tries, unvalidated, verified, type Wait } from '../../src/domain/tries.ts';

const START = Date.parse('2026-11-25T10:00:00Z');
const SECOND = 1000;

/** Codes given half a minute apart, and none in a pause, each with what AWS made of it. */
function give(answers: Parameters<typeof answered>[2][], from: Tries = NO_TRIES): Tries {
  return answers.reduce((tries, answer, index) => {
    const asking = `req#${index}`;
    const at = Math.max(START + index * 30 * SECOND, tries.pausedUntil ? Date.parse(tries.pausedUntil) : 0);
    return answered(send(tries, asking, at), asking, answer);
  }, from);
}

/** Sends a code that may be sent. */
function send(tries: Tries, asking: string, at: number): Tries {
  const sent = sending(tries, asking, at);
  if ('why' in sent) throw new Error(sent.why);
  return sent;
}

/** What is said when another code comes. */
const next = (tries: Tries, at: number): Wait | { ok: true } => {
  const sent = sending(tries, 'req#next', at);
  return 'why' in sent ? sent : { ok: true };
};

describe("an approver's tries", () => {
  it('may be made while fewer than three in a row were refused', () => {
    expect(next(give(['refused', 'refused']), START)).toEqual({ ok: true });
  });

  it('pause for fifteen minutes after three refusals in a row', () => {
    const tries = give(['refused', 'refused', 'refused']);
    const third = START + 60 * SECOND;
    expect(next(tries, third)).toMatchObject({ ok: false, locked: false, why: expect.stringContaining('15 minutes') });
    expect(next(tries, third + 899 * SECOND)).toMatchObject({ ok: false, why: expect.stringContaining('one minute') });
    expect(next(tries, third + 900 * SECOND)).toEqual({ ok: true });
  });

  it('end after six refusals in a row, whatever time passes', () => {
    const tries = give(Array.from({ length: 6 }, () => 'refused' as const));
    expect(next(tries, START + 1e10)).toMatchObject({ ok: false, locked: true });
  });

  it('pause even where a fourth code is on its way when the third is refused', () => {
    const two = send(give(['refused', 'refused']), 'req#a', START + 60 * SECOND);
    expect(sending(two, 'req#b', START + 61 * SECOND)).toMatchObject({ ok: false, locked: false });
  });

  it('begin anew after a session', () => {
    expect(give(['refused', 'refused', 'session'])).toMatchObject({ refusals: 0, pausedUntil: null });
  });

  it('count only what AWS refused, in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('refused' as const, 'neither' as const), { maxLength: 6 }), (answers) => {
        expect(give(answers).refusals).toBe(answers.filter((answer) => answer === 'refused').length);
      }),
    );
  });

  it('are counted before AWS answers', () => {
    expect(send(NO_TRIES, 'req#1', START).refusals).toBe(1);
  });

  it('that are still with AWS when another gives a session stay counted', () => {
    const both = send(send(NO_TRIES, 'req-guess#1', START), 'req-mine#1', START);
    const mine = answered(both, 'req-mine#1', 'session');
    expect(answered(mine, 'req-guess#1', 'refused').refusals).toBe(1);
    expect(answered(mine, 'req-guess#1', 'session').refusals).toBe(0);
    expect(answered(mine, 'req-guess#1', 'neither').refusals).toBe(0);
  });

  it('that were with AWS long ago, and never heard of again, don’t stay counted', () => {
    const left = send(NO_TRIES, 'req-died#1', START);
    const later = send(left, 'req-mine#1', START + 200 * SECOND);
    expect(answered(later, 'req-mine#1', 'session').refusals).toBe(0);
  });

  it('whose answers are lost count from the third in a row on, until AWS answers again', () => {
    expect(give(['lost', 'lost']).refusals).toBe(0);
    expect(give(['lost', 'lost', 'lost']).refusals).toBe(1);
    expect(give(['lost', 'lost', 'refused', 'lost', 'lost']).refusals).toBe(1);
    expect(give(['lost', 'lost', 'lost', 'session', 'lost', 'lost']).refusals).toBe(0);
    expect(give(['lost', 'lost', 'lost', 'neither', 'lost']).refusals).toBe(2);
  });

  it('pause and end like refusals where every answer is lost', () => {
    expect(next(give(Array.from({ length: 5 }, () => 'lost')), START + 120 * SECOND)).toMatchObject({ ok: false, locked: false });
    expect(next(give(Array.from({ length: 8 }, () => 'lost')), START + 1e10)).toMatchObject({ ok: false, locked: true });
  });

  it('are told once each, however often the answer is said', () => {
    const sent = send(give(['refused']), 'req#9', START);
    const once = answered(sent, 'req#9', 'neither');
    expect(answered(once, 'req#9', 'neither')).toEqual(once);
    expect(once.refusals).toBe(1);
  });

  it('are too many for AWS after eight within three minutes', () => {
    let tries = NO_TRIES;
    for (let code = 0; code < 8; code++) tries = answered(send(tries, `req#${code}`, START + code * SECOND), `req#${code}`, 'session');
    expect(unvalidated(tries, 'device', START + 10 * SECOND)).toMatchObject({ fault: 'throttled', wait: '3 minutes' });
  });

  it('that AWS cannot validate are throttled, where it has verified codes of the serial before', () => {
    expect(unvalidated(verified(give(['refused']), 'device'), 'device', START)).toMatchObject({ fault: 'throttled' });
  });

  it('that AWS cannot validate may be either at first, and are the serial’s fault once three minutes were waited', () => {
    const first = unvalidated(NO_TRIES, 'device', START);
    expect(first).toMatchObject({ fault: 'either', wait: '3 minutes' });
    expect(unvalidated(first.tries, 'device', START + 60 * SECOND)).toMatchObject({ fault: 'either' });
    expect(unvalidated(first.tries, 'device', START + 180 * SECOND)).toMatchObject({ fault: 'serial' });
    expect(unvalidated(verified(first.tries, 'device'), 'device', START + 180 * SECOND)).toMatchObject({ fault: 'throttled' });
  });
});
