import { setImmediate } from 'node:timers/promises';
import type { Home } from '../../src/aws/protection.ts';
import { NO_POLICY, policyText, withStatements } from '../../src/domain/bucket-policy.ts';
import { approvedPrincipals, guardFor } from '../../src/domain/guard.ts';
import type { Told } from '../../src/domain/guard-drift.ts';
import { SlackRefused } from '../../src/errors.ts';
import { type CheckParts, checkGuards } from '../../src/steps/check-guards.ts';
import { aConfig, aRule } from '../helpers/models.ts';

const config = aConfig({
  slack: { team: 'T0INTERLOCK', app: 'A0INTERLOCK', channel: 'C0APPROVALS', operatorsChannel: 'C0OPERATORS' },
  rules: [aRule({ buckets: 'guarded-*', guard: 'required' }), aRule()],
});
const homes = (...names: string[]): Home[] => names.map((bucket) => ({ bucket, region: 'us-east-1' }));
const named = (error: string) => Object.assign(new Error('a text that may quote what was sent'), { name: error });

const guarded = (bucket: string): string | undefined => {
  const approved = approvedPrincipals(config, bucket, 'prod') ?? { principals: [], approvers: [] };
  const { statements } = guardFor({ bucket, level: 'hardened', ...approved });
  return policyText(
    withStatements(
      NO_POLICY,
      statements.map((one) => ({ ...one })),
    ),
  );
};

/** A check of these buckets; `policies` says what each has where that isn't a whole guard, an Error that it can't be looked at. */
function parts(buckets: Home[], policies: Record<string, string | undefined | Error> = {}, more: Partial<CheckParts> = {}) {
  const table = new Map<string, Told>();
  const posted: { channel: string; text: string; blocks: unknown[] }[] = [];
  const looked: string[] = [];
  const all = {
    config,
    stage: 'prod',
    list: async () => buckets,
    look: async ({ bucket }: Home) => {
      looked.push(bucket);
      const policy = bucket in policies ? policies[bucket] : guarded(bucket);
      if (policy instanceof Error) throw policy;
      return { policy, waysRound: [] };
    },
    guards: {
      told: async () => new Map(table),
      tell: async (bucket: string, what: Told) => void table.set(bucket, what),
      forget: async (bucket: string) => void table.delete(bucket),
    },
    slack: {
      chat: {
        postMessage: async (message: (typeof posted)[number]) => {
          posted.push(message);
          return { channel: message.channel, ts: '1.1' };
        },
      },
    },
    now: () => 0,
    warn: () => undefined,
    ...more,
  } as unknown as CheckParts;
  return { all, table, posted, looked };
}

const NONE: Told = { remarks: ['It has no guard.'] };
const WELL: Told = { remarks: [] };

describe('checkGuards', () => {
  it('looks at the buckets whose rule asks for a guard and at no others, and is silent where all is well', async () => {
    const { all, posted, looked, table } = parts(homes('guarded-a', 'team-b', 'orphan'));
    expect(await checkGuards(all)).toEqual({ checked: 1, unseen: 0, told: false });
    expect([looked, posted, [...table]]).toEqual([['guarded-a'], [], [['guarded-a', WELL]]]);
  });

  it('asks AWS nothing where no rule asks for a guard', async () => {
    const never = async () => {
      throw new Error('asked');
    };
    const { all } = parts([], {}, { config: { ...config, rules: [aRule()] }, list: never, look: never });
    expect(await checkGuards(all)).toEqual({ checked: 0, unseen: 0, told: false });
  });

  it('tells operators once, and is silent when the same event comes again', async () => {
    const { all, posted, table } = parts(homes('guarded-a', 'guarded-b'), { 'guarded-a': undefined });
    expect(await checkGuards(all)).toMatchObject({ told: true });
    expect(posted.map(({ channel, text }) => [channel, text])).toEqual([
      ['C0OPERATORS', 'The daily check of guards: 1 bucket is not guarded as it should be.'],
    ]);
    expect([...table.keys()]).toEqual(['guarded-a', 'guarded-b']);
    expect(await checkGuards(all)).toMatchObject({ told: false });
    expect(posted).toHaveLength(1);
  });

  it('tells it in the approvals channel where operators have none', async () => {
    const { operatorsChannel: _, ...slack } = config.slack;
    const { all, posted } = parts(homes('guarded-a'), { 'guarded-a': undefined }, { config: { ...config, slack } });
    await checkGuards(all);
    expect(posted.map(({ channel }) => channel)).toEqual(['C0APPROVALS']);
  });

  it('tells when it is mended, and of what is gone, once; what is not watched any more is forgotten without a word', async () => {
    const { all, posted, table } = parts(homes('guarded-a', 'team-b'));
    table.set('guarded-a', NONE).set('guarded-gone', WELL).set('team-b', NONE);
    expect(await checkGuards(all)).toMatchObject({ told: true });
    expect(posted.map(({ text }) => text)).toEqual([
      'The daily check of guards: 1 bucket is guarded as it should be again, 1 bucket is no longer there.',
    ]);
    expect(JSON.stringify(posted)).toContain('No longer there: `guarded-gone`. Where no request of Interlock’s deleted it');
    expect([...table]).toEqual([['guarded-a', WELL]]);
    expect(await checkGuards(all)).toMatchObject({ told: false });
  });

  it('tells of a guard that was taken off, however many unguarded buckets somebody made to hide it', async () => {
    const junk = Array.from({ length: 30 }, (_, index) => `guarded-${index}`);
    const off = Object.fromEntries(['guarded-victim', ...junk].map((name) => [name, undefined]));
    const { all, posted, table } = parts(homes('guarded-victim', ...junk), off);
    await checkGuards(all);
    expect([table.has('guarded-victim'), table.size]).toEqual([false, 20]);
    expect(JSON.stringify(posted)).toContain('what is not named here is told the next day');
    await checkGuards(all);
    expect(JSON.stringify(posted.at(-1))).toContain('guarded-victim');
    // Of one that was known to be guarded it is told at once.
    table.clear();
    table.set('guarded-victim', WELL);
    await checkGuards(all);
    expect(JSON.stringify(posted.at(-1)?.blocks[1])).toContain('`guarded-victim`: It has no guard');
  });

  it('tells of a guard that was edited once more, though the sentences on it are the same', async () => {
    const lets = (more: string) =>
      guarded('guarded-a')?.replace(
        /"ArnNotEquals":\{"aws:PrincipalArn":\[/,
        `$&${Array.from('12345', (n) => `"u${n}",`).join('')}"${more}",`,
      );
    const policies = { 'guarded-a': lets('x') };
    const { all, posted } = parts(homes('guarded-a'), policies);
    await checkGuards(all);
    Object.assign(policies, { 'guarded-a': lets('*') });
    expect(await checkGuards(all)).toMatchObject({ told: true });
    expect(JSON.stringify(posted.at(-1))).toMatch(/u5 and 1 more through too.*edited since this was last told/);
    expect(await checkGuards(all)).toMatchObject({ told: false });
  });

  it('goes on after a bucket that can’t be looked at, says how many, and repeats no text of others', async () => {
    const { all, posted, looked } = parts(homes('guarded-a', 'guarded-b', 'guarded-c'), {
      'guarded-a': named('AccessDenied'),
      'guarded-c': undefined,
    });
    expect(await checkGuards(all)).toEqual({ checked: 3, unseen: 1, told: true });
    expect(looked).toEqual(['guarded-a', 'guarded-b', 'guarded-c']);
    expect(posted[0]?.text).toBe('The daily check of guards: 1 bucket is not guarded as it should be, 1 bucket could not be looked at.');
    expect(JSON.stringify(posted)).toContain('It could not be looked at (AccessDenied).');
    expect(JSON.stringify(posted)).not.toContain('quote');
  });

  it('says of a bucket that is deleted while it looks that it is gone', async () => {
    const { all, posted, table } = parts(homes('guarded-a', 'guarded-b'), { 'guarded-a': named('NoSuchBucket') });
    table.set('guarded-a', NONE);
    expect(await checkGuards(all)).toEqual({ checked: 1, unseen: 0, told: true });
    expect(posted.map(({ text }) => text)).toEqual(['The daily check of guards: 1 bucket is no longer there.']);
    expect([...table]).toEqual([['guarded-b', WELL]]);
  });

  /** A Slack of which these channels take no message. */
  const refusing = (channels: string[], told: string[] = []) =>
    ({
      chat: {
        postMessage: async ({ channel }: { channel: string }) => {
          if (channels.includes(channel)) throw Object.assign(new Error('refused'), { data: { error: 'is_archived' } });
          told.push(channel);
          return { channel, ts: '1.1' };
        },
      },
    }) as unknown as CheckParts['slack'];

  it('tells it in the approvals channel where the operators’ takes no message', async () => {
    const told: string[] = [];
    const { all, table } = parts(homes('guarded-a'), { 'guarded-a': undefined }, { slack: refusing(['C0OPERATORS'], told) });
    await checkGuards(all);
    expect([told, [...table.keys()]]).toEqual([['C0APPROVALS'], ['guarded-a']]);
  });

  it('writes nothing down where Slack takes no message, so that the next run tells', async () => {
    const { all, table } = parts(homes('guarded-a'), { 'guarded-a': undefined }, { slack: refusing(['C0OPERATORS', 'C0APPROVALS']) });
    await expect(checkGuards(all)).rejects.toThrow(SlackRefused);
    expect([...table]).toEqual([]);
  });

  it('looks at twelve of thousands at a time, and stops in time to tell of the rest', async () => {
    const names = homes(...Array.from({ length: 3000 }, (_, index) => `guarded-${index}`));
    let [at, most, minutes] = [0, 0, 0];
    const look = async () => {
      most = Math.max(most, ++at);
      await setImmediate();
      at--;
      minutes += 0.005;
      return { policy: undefined, waysRound: [] };
    };
    const { all, posted, table } = parts(names, {}, { look, now: () => minutes * 60_000 });
    const { checked, unseen } = await checkGuards(all);
    expect([checked, most, table.size, posted.length]).toEqual([3000, 12, 20, 1]);
    expect(unseen).toBeGreaterThan(900);
    expect(JSON.stringify(posted)).toContain('And 2,990 buckets more, none of them graver');
  });
});
