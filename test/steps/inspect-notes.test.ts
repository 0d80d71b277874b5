import type { Emptying } from '../../src/domain/emptying.ts';
import type { Answer, DependentKind, Elevation, Inspection } from '../../src/domain/request.ts';
import { Secret } from '../../src/secret.ts';
import { inspect } from '../../src/steps/inspect.ts';
import { aConfig, anAnswer, aRequest, aRule, someFacts } from '../helpers/models.ts';

const request = aRequest();
const WHY = 'AWS refused the code: it is wrong, or was used already.';
const answer: Answer = anAnswer({ attempt: 2 });
const elevation: Elevation = {
  verdict: 'askAgain',
  why: WHY,
  sealedSession: null,
  triesLeft: 2,
  tellOperators: false,
  approver: 'alice',
  attempt: 2,
  auditHead: 'b',
};
const emptying: Emptying = {
  verdict: 'sessionEnded',
  why: '',
  at: '2026-11-02T09:00:00.000Z',
  pass: 3,
  run: 'r',
  last: 0,
  done: { versions: 2_000_000, markers: 100_000, bytes: 1, uploads: 0 },
  least: false,
  left: 7_200_000,
  by: '',
  attempt: 2,
  auditHead: 'c',
};
const LEFT =
  'The session ended with work left: 2,100,000 of about 9,300,000 versions and markers are gone. A fresh code goes on where it was; there is time for it until 2026-11-02 17:00 UTC.';
const shown = { facts: someFacts({ stack: 'site' }), notes: ['what was shown'] };
const CHANGED = 'Versioning: was never on, is on';

/** Looks again at a bucket that has changed since it was shown, or hasn't. */
function look(given: {
  step?: 'check';
  answer?: Answer;
  elevation?: Elevation;
  emptying?: Emptying;
  changed?: boolean;
  /** Of the rule. */
  refuseIf?: DependentKind[];
  windowSeconds?: number;
  first?: boolean;
  now?: string;
}): Promise<Inspection> {
  const { step = 'inspect', answer: last = null, elevation: was = null, emptying: how = null, changed = false, refuseIf } = given;
  const { windowSeconds = 28_800, first = false, now = '2026-11-02T09:00:01.000Z' } = given;
  const flow = { execution: request.requestId, enteredAt: request.askedAt, request, sealedRequest: 'sealed' };
  const facts = someFacts({ stack: 'site', ...(changed && { versioning: 'on' }) });
  return inspect(
    { ...flow, step, shown: first ? null : shown, answer: last, elevation: was, emptying: how },
    {
      config: aConfig({ rules: [aRule({ refuseIf, windowSeconds })] }),
      stage: 'sandbox',
      seals: { open: async () => new Secret(JSON.stringify(request)), seal: async () => '' },
      look: async () => ({ kind: 'seen', facts, policy: undefined }),
      find: async () => Promise.reject(new Error('nobody is to be found')),
      now: () => Date.parse(now),
    },
  );
}

describe('a look says to the approver', () => {
  it.each<[string, Parameters<typeof look>[0], string[], boolean]>([
    ['nothing where nothing happened', {}, [], false],
    ['what became of the last code', { answer, elevation }, [WHY], true],
    [
      'that, and what changed meanwhile',
      { answer, elevation, changed: true },
      [WHY, expect.stringMatching(/since it was shown/), CHANGED],
      true,
    ],
    ['what changed, where no code was given', { changed: true }, [expect.stringMatching(/since it was shown/), CHANGED], false],
    [
      'how far it is emptied, where the session ended with work left',
      { answer, elevation: { ...elevation, verdict: 'session' }, emptying },
      [LEFT],
      false,
    ],
    ['that once a code was refused after it, too', { answer, elevation, emptying }, [WHY, LEFT], true],
    [
      'that, and what changed meanwhile of what remains',
      { emptying, changed: true },
      [LEFT, expect.stringMatching(/since it was shown/), CHANGED],
      false,
    ],
    ['nothing of an emptying that goes on', { emptying: { ...emptying, verdict: 'divided' } }, [], false],
    ['nothing of a code of an earlier asking', { elevation }, [], false],
    ['nothing of a code that gave a session', { answer, elevation: { ...elevation, verdict: 'session' } }, [], false],
    [
      'that a code was not used since the bucket changed, and nothing of one before',
      { step: 'check', answer: { ...answer, attempt: 3 }, elevation, changed: true },
      [expect.stringMatching(/your code was not used/), CHANGED],
      false,
    ],
  ])('%s', async (_, given, notes, refused) => {
    expect(await look(given)).toMatchObject({ verdict: 'ask', notes, refused });
  });

  it('nothing new where nothing changed before the code is spent: what was shown stays as it is', async () => {
    expect(await look({ step: 'check', answer, elevation })).toMatchObject({ verdict: 'unchanged', ...shown, refused: false });
  });
});

describe('a look', () => {
  it.each(['check', undefined] as const)('is refused where the bucket has what its rule refuses (%s)', async (step) => {
    const given = { answer, ...(step && { step }) };
    expect(await look({ ...given, refuseIf: ['stack'] })).toMatchObject({
      verdict: 'refused',
      why: expect.stringMatching(/refuseIf: stack/),
    });
    expect((await look({ ...given, refuseIf: ['website'] })).verdict).not.toBe('refused');
  });
});

describe('a session that ended in the middle', () => {
  const late = { ...emptying, at: '2026-11-02T16:30:00.000Z' };

  it('is followed by a window of its own, and a reminder in it, which the note tells', async () => {
    const asked = await look({ emptying: late, now: '2026-11-02T17:30:00.000Z' });
    expect(asked).toMatchObject({ verdict: 'ask', secondsLeft: 3 * 3600 });
    expect(asked.notes[0]).toContain('until 2026-11-03 00:30 UTC');
    expect((await look({ emptying: late, now: '2026-11-02T21:00:00.000Z' })).secondsLeft).toBe(3.5 * 3600);
  });

  it('ends the request where nobody gave a fresh code by then', async () => {
    const [now, later] = ['2026-11-02T17:30:00.000Z', '2026-11-03T00:30:00.000Z'];
    expect(await look({ emptying: late, now: later })).toMatchObject({ verdict: 'expired', why: expect.stringContaining('fresh code') });
    expect(await look({ emptying: { ...late, pass: 1 }, now })).toMatchObject({ verdict: 'expired' });
    expect(await look({ now })).toMatchObject({ verdict: 'expired', why: expect.stringContaining('Nobody approved it') });
  });
});

describe('a request that would wait longer than its rule lets it', () => {
  it('is refused at the first look, so that nothing of it goes on when the flow has to end', async () => {
    expect(await look({ windowSeconds: 3600, first: true })).toMatchObject({ verdict: 'refused', why: expect.stringContaining('longer') });
    expect(await look({ first: true })).toMatchObject({ verdict: 'ask' });
  });

  it('goes on where the rule was changed while it waited', async () => {
    expect(await look({ windowSeconds: 3600 })).toMatchObject({ verdict: 'ask' });
  });
});
