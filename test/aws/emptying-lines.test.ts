/** Several lines of listings in one stretch: whatever they cut, all of it goes once, and is counted once. */
import fc from 'fast-check';
import { emptyStretch } from '../../src/aws/emptying/stretch.ts';
import { type Progress, untouched } from '../../src/domain/emptying.ts';
import { compareKeys, type Stretch } from '../../src/domain/key-space.ts';
import { bucketWith, contents, fault, job, many, s, tallyOf, through } from '../helpers/emptying.ts';
import { hostileKey } from '../helpers/s3.ts';

/** Of each of four lines a page that is being read, and the one behind it. */
const MOST = 8;

interface Between {
  /** So many entries a page, however many are asked for. */
  page: number;
  /** Called before and after each request and each note; what it throws is what comes of that. */
  at?: (after: boolean) => void;
}

/** Empties it with small pages. */
function emptied(name: string, progress: Progress, { page, at = () => undefined }: Between, notes: Progress[] = []) {
  const asked = { lists: 0, together: 0, questions: 0 };
  let [listing, noting] = [0, 0];
  const s3 = through((send) => async (command) => {
    at(false);
    const { MaxKeys } = command.input as { MaxKeys?: number };
    const lists = command.constructor.name === 'ListObjectVersionsCommand' && MaxKeys !== 1;
    if (MaxKeys === 1) asked.questions += 1;
    if (lists) {
      command.input.MaxKeys = page;
      asked.lists += 1;
      asked.together = Math.max(asked.together, ++listing);
    }
    const answer = await send(command).finally(() => lists && listing--);
    at(true);
    return answer;
  });
  const note = async (one: Progress) => {
    expect(++noting).toBe(1);
    at(false);
    await new Promise((later) => setImmediate(later));
    notes.push(structuredClone(one));
    noting -= 1;
    at(true);
  };
  return { asked, ended: emptyStretch(job(name, { s3, note, progress })) };
}

/** Parts that don't overlap, of which none lies outside. */
function expectApart({ parts }: Progress, { after, upTo }: Stretch) {
  const all = (parts ?? []).toSorted((a, b) => compareKeys(a.after, b.after));
  expect(all.length).toBeLessThanOrEqual(12);
  let from = after;
  for (const part of all) {
    expect(compareKeys(part.after, from)).toBeGreaterThanOrEqual(0);
    from = part.upTo ?? '\u{10ffff}'.repeat(256);
  }
  if (all.length > 0 && upTo !== null) expect(compareKeys(from, upTo)).toBeLessThanOrEqual(0);
}

describe('lines', () => {
  it('find places to go on from, list at once, and keep one account', async () => {
    const name = many(2_000);
    const notes: Progress[] = [];
    const { asked, ended } = emptied(name, untouched({ after: '', upTo: null }), { page: 50 }, notes);
    const { end, progress } = await ended;
    expect([end, progress]).toEqual(['done', { ...untouched({ after: '', upTo: null }), done: progress.done, parts: [] }]);
    expect(progress.done).toEqual({ versions: 2_000, markers: 200, bytes: 2_000, uploads: 0 });
    expect(contents(name)).toEqual([]);
    expect(asked.together).toBeGreaterThanOrEqual(4);
    expect(asked.together).toBeLessThanOrEqual(MOST);
    // Hardly more pages than one line would have had.
    expect(asked.lists).toBeLessThan(2_200 / 50 + 12);
    expect(asked.questions).toBeLessThan(60);
    expect(Math.max(...notes.map(({ parts }) => parts?.length ?? 0))).toBeGreaterThanOrEqual(4);
  });

  it('are no more than four at once where a worker before had left more parts', async () => {
    const name = many(900);
    const cuts = Array.from({ length: 9 }, (_, at) => `k/000${at}`).slice(1);
    const { asked, ended } = emptied(name, untouched({ after: '', upTo: null, cuts }), { page: 20 });
    expect((await ended).progress.done.versions).toBe(900);
    expect(asked.together).toBeLessThanOrEqual(MOST);
    expect(contents(name)).toEqual([]);
  });

  it('remove exactly what was there, and count it once, wherever workers die, whatever the keys and wherever it is cut', async () => {
    const writes = fc.array(fc.tuple(hostileKey, fc.integer({ min: 1, max: 4 })), { minLength: 1, maxLength: 40 });
    const deaths = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        writes,
        fc.array(hostileKey, { maxLength: 3 }),
        fc.integer({ min: 1, max: 12 }),
        deaths,
        fc.boolean(),
        async (all, places, page, dying, later) => {
          const name = bucketWith((bucket) => {
            for (const [key, versions] of all) for (let at = 0; at < versions; at += 1) s.store.putObject(bucket, key, 'x');
          }, 'Enabled');
          const whole: Stretch = { after: '', upTo: null };
          const expected = tallyOf(name);
          const cuts = [...new Set(places)].filter((one) => one !== '').sort(compareKeys);
          const notes = [untouched({ ...whole, cuts })];
          for (const dies of [...dying, Number.POSITIVE_INFINITY]) {
            let [calls, dead] = [0, false];
            const at = (after: boolean) => {
              calls += after ? 0 : 1;
              dead ||= calls > dies || (calls === dies && after === later);
              if (dead) throw fault('Died', 400);
            };
            await emptied(name, notes.at(-1) as Progress, { page, at }, notes).ended.catch(() => undefined);
          }
          for (const note of notes) expectApart(note, whole);
          expect(contents(name)).toEqual([]);
          expect([notes.at(-1)?.done, notes.at(-1)?.parts]).toEqual([expected, []]);
        },
      ),
      { numRuns: 60 },
    );
  });
});
