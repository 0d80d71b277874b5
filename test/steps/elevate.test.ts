import { type AuditEntry, auditEntry } from '../../src/domain/audit.ts';
import type { Emptying } from '../../src/domain/emptying.ts';
import { type Elevation, KINDS, type Kind } from '../../src/domain/request.ts';
import { NO_TRIES, type Tries } from '../../src/domain/tries.ts';
import { SealBroken } from '../../src/errors.ts';
import { Secret } from '../../src/secret.ts';
import { type ElevateParts, elevate } from '../../src/steps/elevate.ts';
import { type Death, dying, untilDone } from '../helpers/dying.ts';
import { aPlan } from '../helpers/emptying-steps.ts';
import { denied, fakeSts, SESSION, WRONG } from '../helpers/fake-sts.ts';
import { aConfig, anAnswer, aRequest, aRule, someFacts } from '../helpers/models.ts';

const sts = fakeSts();

/** Asks for the session of a request, which STS doesn't give. */
async function ask(
  kind: Kind,
  rehearsal: boolean,
  bypass?: 'allowed' | 'forbidden',
  attempt = 1,
  late?: Emptying | null,
): Promise<URLSearchParams | undefined> {
  const purge = { prefix: 'logs/', olderThanDays: 30, keep: 0 };
  const request = aRequest({ kind, rehearsal, ...(kind === 'purge' && { purge }), ...(bypass && { bypassGovernance: true }) });
  const answer = anAnswer({ attempt });
  const effects = {
    ...recorded,
    seals: { open: async () => new Secret('138502'), seal: async () => 'sealed' },
  };
  const mortal = dying(effects, death);
  const parts = {
    ...mortal.effects,
    secrets: { read: async () => new Secret(JSON.stringify({ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x'.repeat(40) })) },
    config: aConfig({ maxSessionSeconds: 7200, rules: [aRule({ bypassGovernanceRetention: bypass === 'allowed' })] }),
    deletionRoleArn: 'arn:aws:iam::111122223333:role/deletion',
    now: () => Date.parse(late === undefined ? request.askedAt : request.expiresAt),
  } as unknown as ElevateParts;
  const input = {
    execution: request.requestId,
    enteredAt: request.askedAt,
    request,
    answer,
    facts: someFacts(),
    notes: [],
    emptying: late ?? null,
  };
  let run = 0;
  results = await Promise.all(
    Array.from({ length: atOnce }, () =>
      untilDone(() => {
        run += 1;
        return elevate(input, run > 1 ? later(parts) : first(parts));
      }),
    ),
  );
  result = results[0] as Elevation;
  effectsSeen = mortal.count();
  return sts.asked[0];
}

/** What elevate said last, and wrote; and where it is to die. */
let result: Elevation;
/** How many run at once, and what each said; what is different in the first run, and where it is run again. */
let atOnce: number;
let results: Elevation[];
let first: (parts: ElevateParts) => ElevateParts;
let later: (parts: ElevateParts) => ElevateParts;
let trail: AuditEntry[];
let kept: Elevation | undefined;
let begun: boolean;
let tries: Tries;
let refused: Set<number>;
let death: Death;
let effectsSeen: number;
const afresh = () => {
  [trail, kept, begun, tries, refused, sts.asked] = [[], undefined, false, NO_TRIES, new Set(), []];
  death = { at: -1, after: false };
  [atOnce, first, later] = [1, (parts) => parts, (parts) => parts];
};
beforeEach(afresh);
const recorded = {
  audit: {
    record: async (entry: Omit<AuditEntry, 'hash'>) => {
      if (!trail.some((one) => one.entry === entry.entry)) trail.push(auditEntry(entry));
      return { head: auditEntry(entry).hash, first: true };
    },
  },
  attempts: {
    begin: async (_: object, __: string, given?: Elevation) => {
      if (begun) return { mine: false, result: kept };
      [begun, kept] = [true, given];
      return { mine: true };
    },
    finish: async (_: string, __: number, given: Elevation) => {
      kept ??= given;
      return kept;
    },
    countRefusal: async (_: string, attempt: number) => refused.add(attempt).size,
  },
  approvers: {
    change: async (_: string, change: (before: Tries) => Tries) => {
      tries = change(tries);
      return tries;
    },
  },
};

describe('what came of a code', () => {
  it.each([
    ['refused', WRONG],
    ['taken', SESSION],
  ])('(%s) is one entry of the trail, what is kept and what the flow hears, wherever it dies and is run again', async (_, said) => {
    sts.said = said;
    await ask('delete', false);
    const all = effectsSeen;
    expect(all).toBeGreaterThan(6);
    for (const after of [false, true]) {
      for (let at = 0; at < all; at += 1) {
        afresh();
        death = { at, after };
        await ask('delete', false);
        expect(sts.asked.length).toBeLessThanOrEqual(1);
        expect({ ...death, trail }).toEqual({
          ...death,
          trail: [expect.objectContaining({ hash: result.auditHead, what: expect.objectContaining({ why: result.why }) })],
        });
        expect(kept).toEqual(result);
        expect(tries.pending).toEqual([]);
        expect(tries.refusals).toBeLessThanOrEqual(said === WRONG ? 1 : 0);
      }
    }
  });
});

const at = Date.parse(aRequest().expiresAt);

describe('what came of a code, where it is run again', () => {
  it.each<[string, (parts: ElevateParts) => ElevateParts, string]>([
    ['the time is over', (parts) => ({ ...parts, now: () => at }), 'expired'],
    ['Interlock is paused', (parts) => ({ ...parts, config: { ...parts.config, paused: true } }), 'stopped'],
    ['the key can’t be read', (parts) => ({ ...parts, secrets: { read: async () => Promise.reject(new Error()) } }), 'stopped'],
  ])('and %s, is what is said: nobody hears that a code was not used which was', async (_, change, verdict) => {
    sts.said = SESSION;
    await ask('delete', false);
    const all = effectsSeen;
    for (const after of [false, true]) {
      for (let at = 0; at < all; at += 1) {
        afresh();
        death = { at, after };
        later = change;
        await ask('delete', false);
        const of = { ...death, begun };
        expect({ ...of, trail }).toEqual({ ...of, trail: [expect.objectContaining({ hash: result.auditHead })] });
        expect({ ...of, result }).toEqual({ ...of, result: kept });
        expect(result.verdict === verdict ? sts.asked.length : 0).toBe(0);
        expect(sts.asked.length).toBeLessThanOrEqual(1);
      }
    }
  });

  it('while the run before is still at work, is one thing for both', async () => {
    [sts.said, atOnce] = [SESSION, 2];
    await ask('delete', false);
    expect(sts.asked).toHaveLength(1);
    expect(results).toEqual([kept, kept]);
    expect(trail).toMatchObject([{ hash: kept?.auditHead }]);
  });

  it('while the run before has looked and sent nothing yet, is that the time is over, for both', async () => {
    [sts.said, atOnce] = [SESSION, 2];
    const said = Promise.withResolvers<void>();
    first = (parts) => ({ ...parts, secrets: { read: (id) => said.promise.then(() => parts.secrets.read(id)) } });
    later = (parts) => ({ ...parts, now: () => at, audit: { record: (entry) => parts.audit.record(entry).finally(said.resolve) } });
    await ask('delete', false);
    expect(sts.asked).toHaveLength(0);
    expect(results).toMatchObject([{ verdict: 'expired' }, { verdict: 'expired' }]);
    expect(trail).toMatchObject([{ entry: '001-3-expired', hash: kept?.auditHead }]);
  });
});

describe('an answer that Slack didn’t seal', () => {
  it('claims nothing: the code that comes is used', async () => {
    sts.said = SESSION;
    const open = () => Promise.reject(new SealBroken('of something else'));
    first = (parts) => ({ ...parts, now: () => at, seals: { ...parts.seals, open } });
    await ask('delete', false);
    expect([result.verdict, begun, kept]).toEqual(['expired', false, undefined]);
    first = (parts) => parts;
    await ask('delete', false);
    expect(result).toMatchObject({ verdict: 'session' });
  });
});

const UNABLE =
  'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.';
const NO_RIGHT = 'User: arn:aws:iam::111122223333:user/interlock-alice is not authorized to perform: sts:AssumeRole';
const SERIAL = 'arn:aws:iam::111122223333:mfa/interlock-alice';

describe('what AWS answers to a code', () => {
  it.each<[string, string, Partial<Tries>, Partial<Elevation>, counted: number]>([
    ['wrong, or used', WRONG, {}, { verdict: 'askAgain', triesLeft: 2, tellOperators: false }, 1],
    [
      'unable to validate, of a serial that is known',
      denied('AccessDenied', UNABLE),
      { knownSerial: SERIAL },
      { verdict: 'askAgain', tellOperators: false },
      0,
    ],
    ['unable to validate, of one that is not', denied('AccessDenied', UNABLE), {}, { verdict: 'askAgain', tellOperators: true }, 0],
    [
      'the same three minutes later',
      denied('AccessDenied', UNABLE),
      { unvalidatedSince: '2026-11-02T08:50:00.000Z' },
      { verdict: 'stopped', tellOperators: true },
      0,
    ],
    ['not authorized', denied('AccessDenied', NO_RIGHT), {}, { verdict: 'stopped', tellOperators: true }, 0],
    [
      'no such key',
      denied('InvalidClientTokenId', 'The security token included in the request is invalid.'),
      {},
      { verdict: 'stopped', tellOperators: true },
      0,
    ],
    ['too much to do', denied('Throttling', 'Rate exceeded'), {}, { verdict: 'askAgain', tellOperators: false }, 0],
    ['nothing that says what became of it', '', {}, { verdict: 'askAgain', tellOperators: false }, 0],
  ])('is told apart: %s', async (_, said, known, expected, counted) => {
    [sts.said, tries] = [said, { ...NO_TRIES, ...known }];
    await ask('delete', false);
    expect(result).toMatchObject(expected);
    expect([tries.refusals, tries.pending, refused.size, sts.asked.length]).toEqual([counted, [], counted, 1]);
  });
});

const LONG = ['empty-delete', 'empty', 'purge'];

describe('a code that comes when the time of its request is over', () => {
  it('is used where a session ended in the middle, and its approver was asked for another', async () => {
    const ended = { verdict: 'sessionEnded', pass: 2, at: '2026-11-02T16:59:00.000Z' } as const;
    expect(await ask('empty', false, undefined, 1, aPlan(ended))).toBeDefined();
    afresh();
    expect(await ask('empty', false, undefined, 1, aPlan({ ...ended, at: '2026-11-02T09:00:00.000Z' }))).toBeUndefined();
    expect(await ask('empty', false, undefined, 1, null)).toBeUndefined();
  });
});

describe('the session that is asked for', () => {
  it.each(KINDS.flatMap((kind) => [false, true].map((rehearsal) => [kind, rehearsal] as const)))(
    'lasts as long as the work may take, and no longer (%s, rehearsal: %s)',
    async (kind, rehearsal) => {
      const sent = await ask(kind, rehearsal);
      expect(sent?.get('Action')).toBe('AssumeRole');
      expect(sent?.get('DurationSeconds')).toBe(LONG.includes(kind) && !rehearsal ? '7200' : '900');
    },
  );

  it('is narrowed to the prefix of a purge, and to the whole bucket of an emptying', async () => {
    const resources = async (kind: Kind) => {
      afresh();
      const policy = JSON.parse((await ask(kind, false))?.get('Policy') ?? '{}') as { Statement: { Action: string[]; Resource: string }[] };
      return policy.Statement.find(({ Action }) => Action.includes('s3:DeleteObjectVersion'))?.Resource;
    };
    expect([await resources('purge'), await resources('empty')]).toEqual([
      'arn:aws:s3:::team-scratch/logs/*',
      'arn:aws:s3:::team-scratch/*',
    ]);
  });

  it('is asked for a hundred times at most', async () => {
    expect(await ask('empty', false, undefined, 101)).toBeUndefined();
    afresh();
    expect(await ask('empty', false, undefined, 100)).toBeDefined();
  });

  it('may bypass governance retention where that was asked for, and the rule allows it now', async () => {
    expect((await ask('empty', false, 'allowed'))?.get('Policy')).toContain('s3:BypassGovernanceRetention');
    afresh();
    expect((await ask('empty', false))?.get('Policy')).not.toContain('BypassGovernance');
    afresh();
    expect(await ask('empty', false, 'forbidden')).toBeUndefined();
  });
});
