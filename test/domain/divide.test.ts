import fc from 'fast-check';
import { divide, type Probes } from '../../src/domain/divide.ts';
import { compareKeys, holds, middle } from '../../src/domain/key-space.ts';
import { codePoint } from '../helpers/text.ts';

/** Keys as S3 lists them, and how often it was asked. */
function bucketOf(keys: readonly string[], page = 1000) {
  // JavaScript's own order is the same, and quicker, but where surrogates are.
  const sorted = [...new Set(keys)].sort(keys.some((one) => /[\ud800-\uffff]/.test(one)) ? compareKeys : undefined);
  const behind = (after: string) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const at = (low + high) >>> 1;
      if (compareKeys(sorted[at] as string, after) > 0) high = at;
      else low = at + 1;
    }
    return low;
  };
  const asked = { times: 0 };
  const probes: Probes = {
    async sample(after) {
      asked.times += 1;
      const from = behind(after);
      return { keys: sorted.slice(from, from + page), more: from + page < sorted.length };
    },
    async next(after) {
      asked.times += 1;
      return sorted[behind(after)] ?? null;
    },
  };
  return { sorted, behind, probes, asked };
}

const key = fc
  .array(fc.oneof(fc.constantFrom('a', 'b', '/', '0', '9', '\u007f'), codePoint), { minLength: 1, maxLength: 12 })
  .map((all) => all.join(''));

describe('the order of keys', () => {
  it('is that of their bytes in UTF-8', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });
});

describe('a middle', () => {
  it('lies behind the first key and before the end, and is no longer than a key may be', () => {
    fc.assert(
      fc.property(key, fc.option(key), fc.array(key, { maxLength: 4 }), (first, end, letters) => {
        fc.pre(end === null || compareKeys(first, end) < 0);
        const alphabet = [...new Set(letters.join(''))].sort(compareKeys);
        const seen = [...first].map(() => alphabet);
        const at = middle(first, end, seen);
        if (at === null) return;
        expect(compareKeys(at, first)).toBeGreaterThan(0);
        if (end !== null) expect(compareKeys(at, end)).toBeLessThan(0);
        expect(Buffer.byteLength(at)).toBeLessThanOrEqual(1024);
        expect(at.isWellFormed()).toBe(true);
      }),
    );
  });

  it('is found for keys that are as long as keys may be', () => {
    expect(middle('a'.repeat(1024), null)).not.toBeNull();
    expect(middle('\u{10ffff}'.repeat(256), null)).toBeNull();
  });
});

describe('stretches', () => {
  it('hold every key exactly once, whatever the keys', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(key, { maxLength: 400 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 20 }),
        async (keys, most, page) => {
          const { sorted, probes } = bucketOf(keys, page);
          const stretches = await divide(probes, { most, together: 4 });
          for (const one of sorted) expect(stretches.filter((stretch) => holds(stretch, one))).toHaveLength(1);
          expect(stretches.length).toBeLessThanOrEqual(Math.max(1, most));
          // One after the other, from the first key that may be to the last.
          if (sorted.length > 0) expect([stretches[0]?.after, stretches.at(-1)?.upTo]).toEqual(['', null]);
          for (const [at, { after }] of stretches.slice(1).entries()) expect(after).toBe(stretches[at]?.upTo);
        },
      ),
    );
  });

  it('are one where a bucket holds little, and none where it is empty', async () => {
    expect(await divide(bucketOf(['a', 'b']).probes, { most: 128, together: 32 })).toEqual([
      { after: '', upTo: null, weight: 2, exact: true, cuts: [] },
    ]);
    expect(await divide(bucketOf([]).probes, { most: 128, together: 32 })).toEqual([]);
  });

  /** A bucket of very many keys, each made up when it is asked for; how it was asked, and how often one had to wait for the other. */
  function madeUp(all: number, name: (at: number) => string) {
    const behind = (after: string) => {
      let [low, high] = [0, all];
      while (low < high) {
        const at = Math.floor((low + high) / 2);
        if (compareKeys(name(at), after) > 0) high = at;
        else low = at + 1;
      }
      return low;
    };
    const asked = { times: 0, rounds: 0 };
    let round: Promise<void> | undefined;
    const answered = () => {
      asked.times += 1;
      round ??= new Promise<void>((done) => {
        asked.rounds += 1;
        setTimeout(done);
      }).then(() => {
        round = undefined;
      });
      return round;
    };
    const sampleOf = (after: string) => {
      const from = behind(after);
      const keys = Array.from({ length: Math.min(1000, all - from) }, (_, at) => name(from + at));
      return { keys, more: from + 1000 < all };
    };
    const probes: Probes = {
      async sample(after) {
        await answered();
        return sampleOf(after);
      },
      async next(after) {
        await answered();
        const from = behind(after);
        return from < all ? name(from) : null;
      },
    };
    return { behind, asked, probes, first: sampleOf('') };
  }
  const nine = (at: number) => String(at).padStart(9, '0');

  it.each([
    ['flat', (at: number) => `object-${nine(at)}`],
    ['deep', (at: number) => `data/${nine(at).slice(0, 4)}/${nine(at).slice(4, 6)}/${nine(at).slice(6, 7)}/part-${nine(at)}.json`],
  ])('are one where there is little, with places to begin at within, found in two rounds of questions (%s)', async (_, name) => {
    const { behind, asked, probes, first } = madeUp(100_000, name);
    const [stretch, ...others] = await divide(probes, { most: 128, together: 32, first, lone: 200_000 });
    expect(others).toEqual([]);
    expect(stretch).toMatchObject({ after: '', upTo: null, exact: false });
    expect(Math.abs((stretch?.weight ?? 0) - 100_000)).toBeLessThan(20_000);
    expect(asked.rounds).toBe(2);
    expect(asked.times).toBeLessThan(32);
    const places = stretch?.cuts.map(behind) ?? [];
    expect(places).toHaveLength(3);
    places.forEach((place, at) => {
      expect(Math.abs(place - (at + 1) * 25_000)).toBeLessThan(10_000);
    });
  });

  it('are many where there is much, though one would be enough for little', async () => {
    const { probes, first } = madeUp(400_000, (at) => `object-${nine(at)}`);
    const stretches = await divide(probes, { most: 128, together: 32, first, lone: 200_000 });
    expect(stretches.length).toBeGreaterThan(16);
    // Places to begin at lie within, in order.
    for (const { after, upTo, cuts } of stretches) {
      const all = [after, ...cuts, upTo ?? '\u{10ffff}'];
      expect(all.toSorted(compareKeys)).toEqual(all);
      expect(new Set(all).size).toBe(all.length);
    }
  });

  const COUNT = 60_000;
  /** The same numbers in every run. */
  function random(seed = 1) {
    return (below: number) => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
  }
  const SCRIPTS: [number, number][] = [
    [0x20, 0x7e],
    [0x400, 0x4ff],
    [0x4e00, 0x9fff],
    [0xe000, 0xf8ff],
    [0x1f300, 0x1f5ff],
  ];
  const SHAPES: Record<string, (at: number, r: (below: number) => number) => string> = {
    'of random hexadecimal digits': (_, r) => Array.from({ length: 16 }, () => r(16).toString(16)).join(''),
    'with numbers that count up': (at) => `log/${String(at).padStart(9, '0')}.gz`,
    'with dates': (_, r) => `logs/${2015 + r(11)}/${10 + r(3)}/${10 + r(18)}/host-${r(40)}/${r(1e6)}.gz`,
    'with one hot prefix': (at, r) => (at % 100 ? `data/hot/${r(1e9).toString(36)}` : `p${r(1000)}/${r(1e6)}`),
    'that share 900 characters': (_, r) => 'x/'.repeat(450) + r(1e9).toString(36),
    'in scripts of all of Unicode': (_, r) => {
      const [from, to] = SCRIPTS[r(5)] as [number, number];
      return String.fromCodePoint(...Array.from({ length: 6 }, () => from + r(to - from)));
    },
    'in deep folders': (_, r) => `${Array.from({ length: 8 }, () => 'abcde'[r(5)]).join('/')}/${r(1e5)}`,
  };

  it.each(Object.entries(SHAPES))('are about equal for keys %s', async (_, make) => {
    const r = random();
    const { sorted, behind, probes, asked } = bucketOf(Array.from({ length: COUNT }, (__, at) => make(at, r)));
    const stretches = await divide(probes, { most: 128, together: 32, worth: 5_000 });
    const sizes = stretches.map(({ after, upTo }) => (upTo === null ? sorted.length : behind(upTo)) - behind(after));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(sorted.length);
    expect(stretches.length).toBeGreaterThanOrEqual(8);
    expect(Math.max(...sizes) / (sorted.length / sizes.length)).toBeLessThan(4);
    expect(asked.times).toBeLessThan(5_000);
  });

  it('are found in a bucket of 500 million versions with a few thousand listings', async () => {
    const all = 500_000_000;
    const { behind, asked, probes } = madeUp(all, (at) => `events/${String(at).padStart(12, '0')}.json`);
    const stretches = await divide(probes, { most: 128, together: 32 });
    const sizes = stretches.map(({ after, upTo }) => (upTo === null ? all : behind(upTo)) - behind(after));
    expect(stretches).toHaveLength(128);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(all);
    expect(Math.max(...sizes) / (all / 128)).toBeLessThan(3);
    expect(asked.times).toBeLessThan(5_000);
  });
});
