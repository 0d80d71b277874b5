import fc from 'fast-check';
import { answered, maySend, NO_TRIES, sending, type Tries, throttled } from '../../src/domain/tries.ts';

const START = Date.parse('2026-11-25T10:00:00Z');
const SECOND = 1000;

/** Codes given half a minute apart, each with what AWS made of it. */
function give(answers: ('session' | 'refused' | 'neither')[], from: Tries = NO_TRIES): Tries {
  return answers.reduce((tries, answer, index) => {
    const asking = `req#${index}`;
    return answered(sending(tries, asking, START + index * 30 * SECOND), asking, answer);
  }, from);
}

describe("an approver's tries", () => {
  it('may be made while fewer than three in a row were refused', () => {
    expect(maySend(give(['refused', 'refused']), START)).toEqual({ ok: true });
  });

  it('pause for fifteen minutes after three refusals in a row', () => {
    const tries = give(['refused', 'refused', 'refused']);
    const third = START + 60 * SECOND;
    expect(maySend(tries, third)).toMatchObject({ ok: false, locked: false, why: expect.stringContaining('15 minutes') });
    expect(maySend(tries, third + 899 * SECOND)).toMatchObject({ ok: false, why: expect.stringContaining('one minute') });
    expect(maySend(tries, third + 900 * SECOND)).toEqual({ ok: true });
  });

  it('end after six refusals in a row, whatever time passes', () => {
    const tries = give(Array.from({ length: 6 }, () => 'refused' as const));
    expect(maySend(tries, START + 1e10)).toMatchObject({ ok: false, locked: true });
  });

  it('begin anew after a session', () => {
    expect(give(['refused', 'refused', 'session'])).toMatchObject({ refusals: 0, pausedUntil: null });
  });

  it('count only what AWS refused, in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('refused' as const, 'neither' as const), { maxLength: 8 }), (answers) => {
        expect(give(answers).refusals).toBe(answers.filter((answer) => answer === 'refused').length);
      }),
    );
  });

  it('are counted before AWS answers, so that a death makes none free', () => {
    expect(sending(NO_TRIES, 'req#1', START).refusals).toBe(1);
  });

  it('are told once each, however often the answer is said', () => {
    const sent = sending(give(['refused']), 'req#9', START);
    const once = answered(sent, 'req#9', 'neither');
    expect(answered(once, 'req#9', 'neither')).toEqual(once);
    expect(once.refusals).toBe(1);
  });

  it('are too many for AWS after eight within three minutes', () => {
    let tries = NO_TRIES;
    for (let code = 0; code < 8; code++) tries = answered(sending(tries, `req#${code}`, START + code * SECOND), `req#${code}`, 'session');
    expect(throttled(tries, START + 10 * SECOND)).toBe('3 minutes');
    expect(throttled(tries, START + 181 * SECOND)).toBeUndefined();
  });
});
