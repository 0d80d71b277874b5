import fc from 'fast-check';
import { aboutTheSame, holdings, saySize } from '../../src/domain/holdings.ts';
import { changes } from '../../src/domain/obstacles.ts';
import type { Facts } from '../../src/domain/request.ts';
import { someFacts } from '../helpers/models.ts';

const count = (number: number, more = false) => ({ count: number, more });

describe('what a bucket holds', () => {
  test.each<[Partial<Facts>, string]>([
    [{}, ''],
    [
      { objects: count(12_345), oldVersions: count(99_000), deleteMarkers: count(3), bytes: count(41_300_000_000) },
      '12,345 objects, 99,000 old versions, 3 delete markers, 41.3 GB',
    ],
    [{ objects: count(20_000, true), bytes: count(2_000_000, true) }, '20,000 or more objects, 2 MB or more'],
    [{ deleteMarkers: count(1) }, '1 delete marker'],
  ])('%j is “%s”', (facts, said) => {
    expect(holdings(someFacts(facts))).toBe(said);
  });

  test.each([
    [0, ''],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1000, '1 kB'],
    [1234, '1.2 kB'],
    [123_456, '123 kB'],
    [5_000_000_000_000, '5 TB'],
    [Number.MAX_SAFE_INTEGER, '9 PB'],
  ])('in bytes: %d is “%s”', (bytes, said) => {
    expect(saySize(count(bytes))).toBe(said);
  });
});

describe('two looks at a bucket in use', () => {
  test.each<[Partial<Facts>, Partial<Facts>, boolean]>([
    [{ objects: count(0) }, { objects: count(99) }, true],
    [{ objects: count(0) }, { objects: count(100) }, false],
    [{ objects: count(10_000) }, { objects: count(10_999) }, true],
    [{ objects: count(10_000) }, { objects: count(11_112) }, false],
    [{ oldVersions: count(5_000) }, { oldVersions: count(4_000) }, false],
    [{ bytes: count(0) }, { bytes: count(99_999_999) }, true],
    [{ bytes: count(1_000_000_000) }, { bytes: count(2_000_000_000) }, false],
    [{ uploads: count(5) }, { uploads: count(200) }, false],
    // A look that stopped at its bound saw less of what may be the same.
    [{ objects: count(20_000, true) }, { objects: count(5_000, true) }, true],
    [{ objects: count(20_000, true) }, { objects: count(90_000) }, true],
    [{ objects: count(20_000, true) }, { objects: count(1_000) }, false],
    [{ objects: count(20_000, true) }, { objects: count(20_000), deleteMarkers: count(4_000) }, true],
    [{ objects: count(20_000) }, { objects: count(20_000, true), deleteMarkers: count(4_000, true) }, false],
  ])('that saw %j and %j: about the same is %s', (a, b, same) => {
    expect([aboutTheSame(someFacts(a), someFacts(b)), aboutTheSame(someFacts(b), someFacts(a))]).toEqual([same, same]);
  });

  it('tell of no difference where all of it goes anyway, and of each where nothing was to be there', () => {
    const [shown, now] = [someFacts({ objects: count(50) }), someFacts({ objects: count(60), uploads: count(1) })];
    for (const kind of ['empty', 'empty-delete', 'purge'] as const) expect(changes(shown, now, kind)).toEqual([]);
    expect(changes(shown, now, 'delete')).toHaveLength(2);
    const emptied = someFacts({ objects: count(5_000), bytes: count(7_000_000_000) });
    expect(changes(shown, emptied, 'empty')).toEqual(['Contents: was 50 objects, is 5,000 objects, 7 GB']);
  });

  it('are alike whichever was first', () => {
    const looked = fc.record({ count: fc.nat(1_000), more: fc.boolean() }).map((objects) => someFacts({ objects }));
    fc.assert(fc.property(looked, looked, (a, b) => aboutTheSame(a, b) === aboutTheSame(b, a)));
  });
});
