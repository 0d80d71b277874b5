import { echoed } from '../../sandbox/slack/echo.ts';
import { createAudit } from '../../src/aws/audit.ts';
import { createRecords } from '../../src/aws/records.ts';
import { loadConfig } from '../../src/config.ts';
import { brokenAt } from '../../src/domain/audit.ts';
import { type Outcome, Request } from '../../src/domain/request.ts';
import { Secret } from '../../src/secret.ts';
import { rejectModal } from '../../src/slack/views/approve.ts';
import { ask } from '../../src/steps/ask.ts';
import { createDesk, type DeskParts } from '../../src/steps/desk.ts';
import { type ReportParts, report } from '../../src/steps/report.ts';
import { someFacts } from '../helpers/models.ts';
import { records, sandbox } from '../helpers/shared-records.ts';

/** What the functions do at the same moment, with the sandbox's tables and the product's own code: over HTTP no order can be chosen. */
const config = loadConfig('config/sandbox.yml');
const tables = () => {
  const db = sandbox.db();
  const made = createRecords(db, { requests: 'interlock-sandbox-requests', locks: 'interlock-sandbox-locks' });
  return { ...made, audit: createAudit(db, 'interlock-sandbox-audit') };
};

describe('two deliveries of one submission', () => {
  const submission = (bucket: string) =>
    ({ user: 'U0RIYA', team: config.slack.team, bucket, kind: 'delete', reason: 'x', rehearsal: false, viewId: `V${bucket}` }) as const;

  /** A delivery that seals only when it is told, and then well or not; `started` are the flows that it came to start. */
  function delivery(bucket: string, started: string[]) {
    const sealed = Promise.withResolvers<string>();
    const parts = {
      config,
      ...tables(),
      seals: { seal: () => sealed.promise },
      flow: { start: async (name: string) => void started.push(name) },
      standing: async () => ({ inChannel: true, groups: [] }),
      now: () => Date.now(),
    } as unknown as DeskParts;
    const ended = ask(submission(bucket), parts).then(
      ({ ok }) => (ok ? 'asked' : 'refused'),
      () => 'failed',
    );
    return { ended, goOn: () => sealed.resolve('sealed'), fail: () => sealed.reject(new Error('KMS')) };
  }
  const holders = async (bucket: string) =>
    (await records.locks()).filter((lock) => lock.bucket === bucket || lock.bucket.startsWith('person:U0RIYA')).length;
  const bothHold = async (bucket: string) => {
    const lock = async () => (await records.locks()).find((one) => one.bucket === bucket) as { takers?: Set<string> } | undefined;
    while ((await lock())?.takers?.size !== 2);
  };

  it.each([
    ['the first fails after the second has started the flow', ['second goes on', 'first fails'], 2],
    ['the first fails before the second starts it', ['first fails', 'second goes on'], 2],
    ['the second fails after the first has started it', ['first goes on', 'second fails'], 2],
    ['the second fails before the first starts it', ['second fails', 'first goes on'], 2],
    ['both fail', ['first fails', 'second fails'], 0],
    ['both start it', ['first goes on', 'second goes on'], 2],
  ])('hold the bucket and the slot as long as one of them does: %s', async (name, steps, held) => {
    const bucket = `team-raced-${steps.join('-').replaceAll(' ', '-')}`.slice(0, 60);
    const started: string[] = [];
    const first = delivery(bucket, started);
    const second = delivery(bucket, started);
    await bothHold(bucket);
    for (const step of steps) {
      const one = step.startsWith('first') ? first : second;
      if (step.endsWith('fails')) one.fail();
      else one.goOn();
      await one.ended;
    }
    expect(new Set(started).size).toBe(name === 'both fail' ? 0 : 1);
    expect(await holders(bucket)).toBe(held);
    for (const requestId of new Set(started)) await tables().locks.free(bucket, 'U0RIYA', requestId);
  });
});

describe('a decision', () => {
  it('for a wait that was replaced while it was made keeps nobody from another', async () => {
    const { requests } = tables();
    const [askedAt, expiresAt] = [0, 3_600_000].map((later) => new Date(Date.now() + later).toISOString());
    const requestId = 'req-defghijklabc';
    const fixed = { bucket: 'team-replaced', kind: 'delete', rehearsal: false, requester: 'U0RIYA', team: config.slack.team, reason: 'x' };
    await requests.create(Request.parse({ requestId, ...fixed, askedAt, remindAt: expiresAt, expiresAt, auditHead: '' }));
    const shown = { askedIn: askedAt, facts: someFacts(), notes: [], auditHead: '', views: {} };
    const head = { head: '' };
    await requests.asked(requestId, 1, { ...shown, sealedToken: 'first' }, head);
    const resumed: string[] = [];
    const desk = createDesk({
      config,
      ...tables(),
      seals: {
        open: async (sealed: string) => {
          if (sealed === 'first') await requests.asked(requestId, 1, { ...shown, sealedToken: 'second' }, head);
          return new Secret(sealed);
        },
      },
      flow: { resume: async (token: Secret) => Boolean(resumed.push(token.reveal())) },
      now: () => Date.now(),
    } as unknown as DeskParts);
    const riya = { requestId, user: 'U0RIYA', team: config.slack.team };
    expect(await desk.cancel(riya)).toMatchObject({ ok: false, why: expect.stringContaining('asked anew meanwhile') });
    expect(await desk.cancel(riya)).toEqual({ ok: true });
    expect(resumed).toEqual(['second']);
    // The state that asks, run again, had read the record before.
    for (const since of ['again', head] as const) {
      expect(await requests.asked(requestId, 1, { ...shown, sealedToken: 'third' }, since)).toBe(false);
    }
    expect(await requests.get(requestId)).toMatchObject({ state: 'decided', sealedToken: 'second', decision: { verdict: 'cancelled' } });
    await records.remove(requestId);
  });
  it.each(['cancel', 'reject'] as const)(
    'that is made twice at once, as by a double click, is one, in the record and the trail, and both hear that it is made: %s',
    async (act) => {
      const { requests } = tables();
      const [askedAt, expiresAt] = [0, 3_600_000].map((later) => new Date(Date.now() + later).toISOString());
      const requestId = `req-${act === 'cancel' ? 'c' : 'r'}aaaaaaaaaaa`;
      const fixed = { bucket: 'team-twice', kind: 'delete', rehearsal: false, requester: 'U0RIYA', team: config.slack.team, reason: 'x' };
      const request = Request.parse({ requestId, ...fixed, askedAt, remindAt: expiresAt, expiresAt, auditHead: '' });
      await requests.create(request);
      const shown = { askedIn: askedAt, facts: someFacts(), notes: [], auditHead: '', views: { U0ALICE: 'V1' }, sealedToken: 'token' };
      await requests.asked(requestId, 1, shown, { head: '' });
      let [reading, time] = [0, Date.now()];
      const both = Promise.withResolvers<void>();
      const answers: { auditHead: string }[] = [];
      const desk = createDesk({
        config,
        ...tables(),
        seals: {
          async open() {
            reading += 1;
            if (reading === 2) both.resolve();
            await both.promise;
            return new Secret('token');
          },
        },
        flow: { resume: async (_: Secret, answer: { auditHead: string }) => answers.push(answer) === 1 },
        now: () => time++,
      } as unknown as DeskParts);
      const by = { requestId, team: config.slack.team };
      const view = echoed({ ...rejectModal(request, 1), id: 'V1' } as never);
      const make = () =>
        act === 'cancel'
          ? desk.cancel({ ...by, user: 'U0RIYA' })
          : desk.reject({ ...by, user: 'U0ALICE', attempt: 1, now: '', view, viewId: 'V1', reason: 'no' });
      expect(await Promise.all([make(), make()])).toEqual([{ ok: true }, { ok: true }]);
      const chain = await records.chainOf(requestId);
      expect(chain.map(({ entry }) => entry)).toEqual([`001-2-${act === 'cancel' ? 'cancelled' : 'rejected'}`]);
      expect([(await requests.get(requestId))?.auditHead, ...answers.map(({ auditHead }) => auditHead)]).toEqual(
        Array.from({ length: 3 }, () => chain[0]?.hash),
      );
      await records.remove(requestId);
    },
  );
});

describe('Stop', () => {
  it.each(['first', 'last'])('and asking for a fresh code at the same time: nobody is asked, or no more (Stop comes %s)', async (comes) => {
    const { requests } = tables();
    const [askedAt, expiresAt] = [0, 3_600_000].map((later) => new Date(Date.now() + later).toISOString());
    const requestId = 'req-efghijklabcd';
    const fixed = { bucket: 'team-stopped', kind: 'empty', rehearsal: false, requester: 'U0RIYA', team: config.slack.team, reason: 'x' };
    await requests.create(Request.parse({ requestId, ...fixed, askedAt, remindAt: expiresAt, expiresAt, auditHead: '' }));
    const shown = { askedIn: askedAt, facts: someFacts(), notes: [], auditHead: '', views: {}, sealedToken: 'token' };
    await requests.asked(requestId, 1, shown, { head: '' });
    const by = { by: 'U0ALICE', attempt: 1, at: new Date().toISOString(), why: '', previous: '', viewId: null };
    await requests.decided(requestId, { verdict: 'approved', ...by }, { auditHead: 'd', sealedToken: 'token' });
    const resumed: object[] = [];
    const askAnew = () => requests.asked(requestId, 2, shown, { head: 'd' });
    const desk = createDesk({
      config,
      ...tables(),
      requests: {
        ...requests,
        async stopping(of: string) {
          if (comes === 'last') await askAnew();
          await requests.stopping(of);
        },
      },
      stop: async () => true,
      seals: { open: async () => new Secret('token') },
      flow: { resume: async (_: Secret, answer: object) => Boolean(resumed.push(answer)) },
      now: () => Date.now(),
    } as unknown as DeskParts);
    expect(await desk.stop({ requestId, user: 'U0RIYA', team: config.slack.team })).toEqual({ ok: true });
    if (comes === 'first') expect([await askAnew(), resumed]).toEqual([false, []]);
    else expect(resumed).toMatchObject([{ verdict: 'cancelled', slackUser: 'U0RIYA', attempt: 2 }]);
    expect(await requests.get(requestId)).toMatchObject({ stopping: true, state: 'decided', attempt: comes === 'first' ? 1 : 2 });
    await records.remove(requestId);
  });
});

describe('a lock', () => {
  it('of a request that is long over has one taker of many, and is given back by nobody else', async () => {
    const { locks } = tables();
    const bucket = 'team-taken-over';
    const old = { bucket, requestId: 'req-dead', takenAt: '2020-01-01T00:00:00.000Z' };
    await locks.take(old, 'nobody');
    const takenAt = new Date(await sandbox.now()).toISOString();
    const takers = Array.from({ length: 10 }, (_, index) => `req-taker-${index}`);
    const stood = await Promise.all(takers.map((requestId) => locks.take({ bucket, requestId, takenAt }, requestId)));
    expect(stood.filter((lock) => lock === undefined)).toHaveLength(1);
    const winner = takers[stood.indexOf(undefined)] as string;
    await Promise.all([...takers, 'req-dead'].filter((one) => one !== winner).map((one) => locks.giveBack(bucket, 'U0RIYA', one, one)));
    expect((await records.locks()).find((lock) => lock.bucket === bucket)?.requestId).toBe(winner);
    await locks.giveBack(bucket, 'U0RIYA', winner, winner);
    expect((await records.locks()).find((lock) => lock.bucket === bucket)).toBeUndefined();
  });
});

describe('two reports at once', () => {
  it('tell one outcome, which is the record’s and the trail’s', async () => {
    const { requests, locks, audit } = tables();
    const at = new Date(await sandbox.now()).toISOString();
    for (const requestId of ['req-abcdefghijkl', 'req-bcdefghijkla', 'req-cdefghijklab']) {
      const fixed = {
        bucket: `team-${requestId}`,
        kind: 'delete',
        rehearsal: false,
        requester: 'U0RIYA',
        team: 'T0INTERLOCK',
        reason: 'x',
      };
      const { head } = await audit.record({ requestId, entry: '000-asked', at, who: 'U0RIYA', what: {}, previous: '' });
      await requests.create(Request.parse({ requestId, ...fixed, askedAt: at, remindAt: at, expiresAt: at, auditHead: head }));
      const told: string[] = [];
      const postMessage = async ({ channel, text }: { channel: string; text: string }) => {
        told.push(text);
        return { channel, ts: '1.1' };
      };
      const slack = { chat: { postMessage, update: async () => ({}) }, views: { update: async () => ({}) } };
      const parts = {
        config,
        requests,
        locks,
        audit,
        slack,
        plans: { stop: async () => true },
        seals: { seal: async () => 'sealed' },
        spent: async () => [],
        warn: () => undefined,
      } as unknown as ReportParts;
      const reported = (outcome: Outcome, by: string | null) =>
        report(
          {
            requestId,
            request: null,
            conclusion: { outcome, why: '', by },
            went: '',
            at,
            answer: null,
            elevation: null,
            emptying: null,
            work: null,
          },
          parts,
        );
      const [one, other] = await Promise.all([reported('deleted', 'U0ALICE'), reported('stopped', null)]);
      expect(one).toEqual(other);
      expect(told.filter((text) => !text.includes(`*${one.outcome}*`))).toEqual([]);
      const chain = await records.chainOf(requestId);
      expect(chain.at(-1)?.what).toMatchObject({ outcome: one.outcome });
      expect(brokenAt(chain)).toBeUndefined();
      expect(await records.rowOf(requestId)).toMatchObject({ outcome: one.outcome, auditHead: chain.at(-1)?.hash });
    }
  });
});
