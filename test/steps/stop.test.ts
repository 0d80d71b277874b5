import type { RequestRow } from '../../src/aws/requests.ts';
import { KINDS, type Kind } from '../../src/domain/request.ts';
import { Secret } from '../../src/secret.ts';
import { createDesk, type DeskParts } from '../../src/steps/desk.ts';
import { aConfig, aRequest } from '../helpers/models.ts';

interface Given {
  kind?: Kind;
  row?: Partial<RequestRow> | undefined;
  user?: string;
  team?: string;
  /** Was it said before? */
  again?: boolean;
  /** What becomes of the record while it is said. */
  meanwhile?: Partial<RequestRow>;
  /** Where the first press fails, and it is said once more. */
  failing?: 'before the workers hear of it' | 'before it is decided' | 'before the flow hears of it';
  /** Who says it once more. */
  second?: string;
}

/** Somebody clicks Stop on an emptying that goes on; gives what they hear, and who is said to have stopped what. */
async function click({
  kind = 'empty-delete',
  row = {},
  user = 'U0RIYA',
  team = 'T0INTERLOCK',
  again = false,
  meanwhile = {},
  failing,
  second = user,
}: Given = {}) {
  const stops: string[][] = [];
  const answers: object[] = [];
  const trail: object[] = [];
  const failures = ['once'];
  const now = row && { ...aRequest({ kind }), state: 'decided', attempt: 1, ...row };
  const desk = createDesk({
    config: aConfig(),
    now: () => Date.parse('2026-11-02T10:00:00.000Z'),
    requests: {
      get: async () => now,
      async stopping() {
        if (now && stops.length === 0) Object.assign(now, meanwhile);
        if (now?.state !== 'closed') Object.assign(now ?? {}, { stopping: true });
      },
      decided: async (_: string, decision: object) =>
        now?.state !== 'closed' && Boolean(Object.assign(now ?? {}, { state: 'decided', decision, auditHead: 'of the decision' })),
      passedOn: async () => void Object.assign(now?.decision ?? {}, { passedOn: true }),
    },
    seals: {
      open: async () => {
        if (failing === 'before it is decided' && failures.pop()) throw new Error('KMSInternalException');
        return new Secret('token');
      },
    },
    audit: { record: async (entry: object) => ({ head: 'h', first: trail.push(entry) > 0 }) },
    flow: {
      resume: async (_: Secret, answer: object) => {
        if (failing === 'before the flow hears of it' && failures.pop()) throw new Error('ThrottlingException');
        return Boolean(answers.push(answer));
      },
    },
    stop: async (...how: string[]) => {
      stops.push(how);
      if (failing === 'before the workers hear of it' && failures.pop()) throw new Error('InternalServerError');
      return !again && stops.length === 1;
    },
  } as unknown as DeskParts);
  const press = (by: string) => desk.stop({ requestId: 'req-abcdefghij23', user: by, team });
  if (failing) await expect(press(user)).rejects.toThrow();
  return { heard: await press(second), stops, answers, trail, stopping: now?.stopping };
}

describe('an emptying that goes on', () => {
  it.each(['U0RIYA', 'U0ALICE', 'U0BOB'])('is stopped by who asked and by each approver: %s', async (user) => {
    expect(await click({ user })).toMatchObject({ heard: { ok: true }, stops: [['req-abcdefghij23', user]], answers: [], stopping: true });
  });

  it('is stopped by nobody else, who hears who can', async () => {
    expect(await click({ user: 'U0MALLORY' })).toMatchObject({ heard: { ok: false, whoCan: ['U0RIYA', 'U0ALICE', 'U0BOB'] }, stops: [] });
    expect(await click({ team: 'T0OTHER' })).toMatchObject({ heard: { ok: false, whoCan: [] }, stops: [] });
  });

  it('is stopped once, and a second click hears so', async () => {
    expect((await click({ again: true })).heard).toMatchObject({ ok: false, why: 'It is being stopped already.' });
  });

  it.each([false, true])(
    'is stopped too where its session has just ended and a fresh code is asked for: nobody is asked any more (again: %s)',
    async (again) => {
      const { heard, answers } = await click({
        user: 'U0ALICE',
        again,
        meanwhile: { state: 'waiting', attempt: 2, sealedToken: 'sealed' },
      });
      expect(answers).toMatchObject([{ verdict: 'cancelled', slackUser: 'U0ALICE', attempt: 2, sealedCode: null }]);
      expect(heard.ok).toBe(!again);
    },
  );

  it.each(['before the workers hear of it', 'before it is decided', 'before the flow hears of it'] as const)(
    'is stopped by a second press where the first failed while a fresh code was asked for, %s',
    async (failing) => {
      const { heard, answers } = await click({ failing, meanwhile: { state: 'waiting', attempt: 2, sealedToken: 'sealed' } });
      expect(heard.ok || heard.why).toBe('It is being stopped already.');
      expect(answers).toMatchObject([{ verdict: 'cancelled', slackUser: 'U0RIYA', attempt: 2 }]);
    },
  );

  it.each([
    ['before the workers hear of it', 'U0ALICE'],
    ['before it is decided', 'U0ALICE'],
    ['before the flow hears of it', 'U0RIYA'],
  ] as const)('is stopped by another’s press where the first failed so, %s, as whose it was written down: %s', async (failing, as) => {
    const { answers, trail } = await click({
      failing,
      second: 'U0ALICE',
      meanwhile: { state: 'waiting', attempt: 2, sealedToken: 'sealed' },
    });
    expect(answers).toMatchObject([{ verdict: 'cancelled', slackUser: as, attempt: 2 }]);
    expect(new Set(trail.map((entry) => JSON.stringify(entry))).size).toBe(1);
  });

  it('has a cancellation passed on of nobody who may not stop it, nor one of which the flow was told', async () => {
    const decision = { verdict: 'cancelled', attempt: 2, at: '2026-11-02T09:30:00.000Z', why: '', previous: '', viewId: null } as const;
    const row = { attempt: 2, sealedToken: 'sealed' };
    expect((await click({ row: { ...row, decision: { ...decision, by: 'U0MALLORY' } } })).answers).toEqual([]);
    expect((await click({ row: { ...row, decision: { ...decision, by: 'U0BOB', passedOn: true } } })).answers).toEqual([]);
    expect((await click({ row: { ...row, decision: { ...decision, by: 'U0BOB' } } })).answers).toMatchObject([{ slackUser: 'U0BOB' }]);
  });

  it('is stopped where it ends at that moment, and nobody hears of an error', async () => {
    expect(await click({ meanwhile: { state: 'closed', outcome: 'deleted' } })).toMatchObject({ heard: { ok: true }, answers: [] });
  });

  it('is stopped no more once it is over', async () => {
    expect(await click({ row: { outcome: 'deleted', state: 'closed' } })).toMatchObject({
      heard: { ok: false, why: 'This is over: deleted.' },
      stops: [],
    });
  });

  it.each(['started', 'waiting'] as const)('is not stopped before it has begun, or while it waits for a fresh code (%s)', async (state) => {
    expect(await click({ row: { state } })).toMatchObject({
      heard: { ok: false, why: expect.stringContaining('Nothing is being emptied') },
      stops: [],
    });
  });

  it.each(KINDS)('is what is stopped, and nothing else: %s', async (kind) => {
    const { heard, stops } = await click({ kind });
    const goesOn = ['empty-delete', 'empty', 'purge'].includes(kind);
    expect([heard.ok, stops.length]).toEqual([goesOn, goesOn ? 1 : 0]);
  });

  it('is not stopped where nobody knows of it', async () => {
    const desk = createDesk({ config: aConfig(), requests: { get: async () => undefined } } as unknown as DeskParts);
    expect(await desk.stop({ requestId: 'req-x', user: 'U0RIYA', team: 'T0INTERLOCK' })).toMatchObject({ ok: false });
  });
});
