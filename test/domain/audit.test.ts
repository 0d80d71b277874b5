import fc from 'fast-check';
import { type AuditEntry, auditEntry, brokenAt, lastHead } from '../../src/domain/audit.ts';

type Told = Omit<AuditEntry, 'hash' | 'previous'>;

const what = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)));
const told: fc.Arbitrary<Told[]> = fc
  .array(fc.record({ at: fc.string(), who: fc.string(), what }), { minLength: 1, maxLength: 6 })
  .map((some) => some.map((one, index) => ({ requestId: 'req-abcdefghij23', entry: `00${index}-entry`, ...one })));

/** Entries, each with the hash of the one before. */
function chain(entries: Told[]): AuditEntry[] {
  const chained: AuditEntry[] = [];
  for (const entry of entries) chained.push(auditEntry({ ...entry, previous: chained.at(-1)?.hash ?? '' }));
  return chained;
}

const ALTERATIONS: Record<string, (entry: AuditEntry) => AuditEntry> = {
  'its request': (entry) => ({ ...entry, requestId: `${entry.requestId}x` }),
  'its name': (entry) => ({ ...entry, entry: `${entry.entry}x` }),
  'its time': (entry) => ({ ...entry, at: `${entry.at}x` }),
  'who did it': (entry) => ({ ...entry, who: `${entry.who}x` }),
  'a fact that is added': (entry) => ({ ...entry, what: { ...entry.what, [`${Object.keys(entry.what).join('')}x`]: null } }),
  'facts that are all altered': (entry) => ({
    ...entry,
    what: { x: 1, ...Object.fromEntries(Object.entries(entry.what).map(([key, value]) => [key, `${JSON.stringify(value)}x`])) },
  }),
  'the hash of the one before': (entry) => ({ ...entry, previous: `${entry.previous}x` }),
  'its hash': (entry) => ({ ...entry, hash: entry.hash.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) }),
};

describe('the audit trail', () => {
  it('is whole as it was written', () => {
    fc.assert(fc.property(told, (entries) => brokenAt(chain(entries)) === undefined));
    expect(brokenAt([])).toBeUndefined();
  });

  it('is whole in whatever order a table gives the facts of an entry', () => {
    const entry = auditEntry({ requestId: 'r', entry: 'e', at: '', who: '', what: { a: 1, b: 2, B: 3 }, previous: '' });
    expect(brokenAt([{ ...entry, what: { B: 3, b: 2, a: 1 } }])).toBeUndefined();
  });

  test.each(Object.entries(ALTERATIONS))('breaks at the entry in which somebody altered %s', (_, alter) => {
    fc.assert(
      fc.property(told, fc.nat(), (entries, any) => {
        const altered = chain(entries);
        const index = any % altered.length;
        altered[index] = alter(altered[index] as AuditEntry);
        return brokenAt(altered) === altered[index].entry;
      }),
    );
  });

  it('tells 1, "1", true, null and "null" apart', () => {
    const hashes = [1, '1', true, 'true', null, 'null', ''].map(
      (value) => auditEntry({ requestId: 'r', entry: 'e', at: '', who: '', what: { value }, previous: '' }).hash,
    );
    expect(new Set(hashes).size).toBe(7);
  });

  it('breaks at the entry after one that was altered and given a new hash', () => {
    fc.assert(
      fc.property(told, fc.nat(), (entries, any) => {
        const altered = chain(entries);
        const index = any % altered.length;
        altered[index] = auditEntry({ ...(altered[index] as AuditEntry), who: 'somebody else' });
        return entries[index]?.who === 'somebody else' || brokenAt(altered) === altered[index + 1]?.entry;
      }),
    );
  });

  it('breaks at the entry after one that was taken out', () => {
    fc.assert(
      fc.property(told, fc.nat(), (entries, any) => {
        const whole = chain(entries);
        const index = any % whole.length;
        return brokenAt(whole.toSpliced(index, 1)) === whole[index + 1]?.entry;
      }),
    );
  });

  it('breaks where entries stand in another order, or one stands twice', () => {
    const [first, second, third] = chain(
      [0, 1, 2].map((number) => ({ requestId: 'r', entry: `${number}`, at: '', who: '', what: {} })),
    ) as [AuditEntry, AuditEntry, AuditEntry];
    expect(brokenAt([second, first, third])).toBe('1');
    expect(brokenAt([first, third, second])).toBe('2');
    expect(brokenAt([first, first, second])).toBe('0');
  });

  it('gives a hash of SHA-256 in hexadecimal', () => {
    expect(chain([{ requestId: 'r', entry: 'e', at: '', who: '', what: {} }])[0]?.hash).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('the last entry so far', () => {
  const row = (attempt: number) => ({ auditHead: 'row', attempt });
  const elevation = (attempt: number) => ({ auditHead: 'elevation', attempt });
  const plan = (verdict: string, attempt = 1) => ({ auditHead: 'plan', attempt, verdict });
  const work = (verdict: string) => ({ auditHead: 'work', verdict });

  it.each<[string, Parameters<typeof lastHead>, string]>([
    ['the record’s before a code came to anything', [row(1), null, null, null], 'row'],
    ['what came of the code', [row(1), elevation(1), null, null], 'elevation'],
    ['the record’s, once it is asked again', [row(2), elevation(1), null, null], 'row'],
    ['what was done with the session', [row(1), elevation(1), null, work('deleted')], 'work'],
    ['the plan', [row(1), elevation(1), plan('divided'), null], 'plan'],
    ['the plan that ended the session, before it is asked again', [row(1), elevation(1), plan('sessionEnded'), null], 'plan'],
    ['the record’s, once it is asked again for that', [row(2), elevation(1), plan('sessionEnded'), null], 'row'],
    ['what came of the next code', [row(2), elevation(2), plan('sessionEnded'), null], 'elevation'],
    ['the deletion, after the plan that found nothing left', [row(1), elevation(1), plan('empty'), work('deleted')], 'work'],
    ['the deletion that found something', [row(1), elevation(1), plan('empty'), work('notEmpty')], 'work'],
    ['the plan after a deletion that found something', [row(1), elevation(1), plan('stopped'), work('notEmpty')], 'plan'],
    ['the next code’s, whatever a deletion found before', [row(2), elevation(2), plan('sessionEnded'), work('notEmpty')], 'elevation'],
  ])('is %s', (_, said, head) => {
    expect(lastHead(...said)).toBe(head);
  });
});
