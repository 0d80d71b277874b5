import fc from 'fast-check';
import { changes, guardObstacles, obstacles as obstaclesOf } from '../../src/domain/obstacles.ts';
import { DEPENDENT_KINDS, type Facts, type Kind } from '../../src/domain/request.ts';
import { retentionOf } from '../../src/domain/retention.ts';
import { tagFacts } from '../../src/domain/tags.ts';
import { list, say } from '../../src/domain/words.ts';
import { aGuardChange, someFacts } from '../helpers/models.ts';

/** What is in the way of a request of this kind. */
const obstacles = (facts: Facts, kind: Kind = 'delete') => obstaclesOf(facts, { kind, bucket: 'team-x' });

const count = (number: number, more = false) => ({ count: number, more });

describe('a bucket of which nobody knows when it was created', () => {
  it('is not emptied or purged: between two passes it could be another one', () => {
    for (const kind of ['empty-delete', 'empty', 'purge'] as const) {
      expect(obstacles(someFacts({ createdAt: null }), kind)).toEqual([expect.stringContaining('when the bucket was created')]);
      expect(obstacles(someFacts(), kind)).toEqual([]);
    }
    expect(obstacles(someFacts({ createdAt: null }), 'delete')).toEqual([]);
  });
});

describe('obstacles', () => {
  it('finds nothing in the way of an empty bucket', () => {
    expect(obstacles(someFacts())).toEqual([]);
  });

  it('lets unfinished uploads, tags, a policy and Object Lock be: S3 deletes the bucket all the same', () => {
    expect(
      obstacles(someFacts({ uploads: count(3), tags: [{ key: 'a', value: 'b' }], policyDigest: 'x', denials: ['…'], objectLock: true })),
    ).toEqual([]);
  });

  test.each<[Partial<Facts>, string]>([
    [{ objects: count(1) }, '1 object'],
    [{ objects: count(1234) }, '1,234 objects'],
    [{ objects: count(1000, true) }, '1,000 or more objects'],
    [{ oldVersions: count(2) }, '2 old versions'],
    [{ deleteMarkers: count(1) }, '1 delete marker'],
    [{ oldVersions: count(3), deleteMarkers: count(2) }, '3 old versions and 2 delete markers'],
    [{ objects: count(5), oldVersions: count(3), deleteMarkers: count(1) }, '5 objects, 3 old versions and 1 delete marker'],
  ])('says what a bucket with %j holds, and what to do', (contents, said) => {
    expect(obstacles(someFacts(contents))).toEqual([
      `The bucket is not empty: it holds ${said}. Ask again with “Empty it first” to have all of that deleted, or empty it (old versions and delete markers too) before you ask.`,
    ]);
  });

  it('sends to the approvers where the guard keeps everybody else from deleting versions', () => {
    const hardened: Facts['guard'] = { state: 'whole', level: 'hardened', findings: [], deniesApprovers: false };
    const said = (more: Partial<Facts>) => obstacles(someFacts({ objects: count(1), guard: hardened, ...more })).join();
    for (const more of [{ versioning: 'on' }, { versioning: 'suspended' }, { deleteMarkers: count(1) }] as Partial<Facts>[]) {
      expect(said(more)).toMatch(/Its hardened guard lets its approvers alone delete versions: ask again with “Empty it first”\.$/);
      expect(said({ ...more, guard: { ...hardened, level: 'basic' } })).not.toContain('guard');
    }
    expect(said({ versioning: 'never on' })).not.toContain('guard');
  });

  it('names the access points, and what to do', () => {
    expect(obstacles(someFacts({ accessPoints: ['one'] }))).toEqual([
      'The bucket has an access point (“one”). Delete the access point, then ask again.',
    ]);
    expect(obstacles(someFacts({ accessPoints: ['one', 'two', 'three'] }))).toEqual([
      'The bucket has access points (“one”, “two” and “three”). Delete the access points, then ask again.',
    ]);
  });

  describe('of an emptying', () => {
    const contents = { objects: count(5), oldVersions: count(1000, true), deleteMarkers: count(1), uploads: count(2) };

    it.each(['empty-delete', 'empty', 'purge'] as const)('is nothing that the bucket holds (%s)', (kind) => {
      expect(obstacles(someFacts({ ...contents, versioning: 'on', objectLock: true }), kind)).toEqual([]);
    });

    it.each(['empty-delete', 'empty', 'purge'] as const)('is MFA Delete, whatever the bucket holds, with who mends it (%s)', (kind) => {
      for (const facts of [someFacts({ mfaDelete: true }), someFacts({ ...contents, mfaDelete: true })]) {
        expect(obstacles(facts, kind)).toEqual([
          expect.stringMatching(
            /^MFA Delete is on, .*root .* switches it off with one code \(npx --no interlock mfa-delete off team-x\); then ask again\.$/,
          ),
        ]);
      }
    });

    it('are access points where the bucket goes afterwards, and none where it stays', () => {
      const facts = someFacts({ ...contents, accessPoints: ['one'] });
      expect(obstacles(facts, 'empty-delete')).toEqual([expect.stringContaining('an access point (“one”)')]);
      expect([obstacles(facts, 'empty'), obstacles(facts, 'purge')]).toEqual([[], []]);
    });

    it('leaves a deletion alone to what it was: MFA Delete keeps nobody from deleting an empty bucket', () => {
      expect(obstacles(someFacts({ mfaDelete: true }))).toEqual([]);
    });
  });

  it('names all that is in the way at once', () => {
    expect(obstacles(someFacts({ objects: count(1), accessPoints: ['one'] }))).toHaveLength(2);
  });
});

describe('guardObstacles', () => {
  const MEND = 'npx --no interlock guard apply team-x --stage prod';
  const whole: Facts['guard'] = { state: 'whole', level: 'hardened', findings: [], deniesApprovers: false };
  const broken: Facts['guard'] = {
    state: 'notWhole',
    level: 'hardened',
    findings: ['One is missing.', 'One is weak.'],
    deniesApprovers: false,
  };
  const none: Facts['guard'] = { state: 'none', level: null, findings: [], deniesApprovers: false };
  const found = (guard: Facts['guard'], required: boolean) => guardObstacles(someFacts({ guard }), MEND, required);

  it.each([whole, broken, none])('finds nothing in the way where no guard is asked for: %j', (guard) => {
    expect(found(guard, false)).toEqual([]);
  });

  it('asks for the guard that the rule requires, whole and of either level, with the command that mends it', () => {
    expect(found(whole, true)).toEqual([]);
    expect(found({ ...whole, level: 'basic' }, true)).toEqual([]);
    expect(found(none, true)).toEqual([
      `Its rule asks for a guard, and the bucket has none. An administrator puts it on with ${MEND}; then ask again.`,
    ]);
    expect(found(broken, true)).toEqual([
      `Its rule asks for a whole guard, and the bucket's is not whole: One is missing. One is weak. It is mended with ${MEND}; then ask again.`,
    ]);
  });

  it('says of a basic guard that denies every approver that whoever may write the policy mends it', () => {
    expect(found({ ...broken, level: 'basic', deniesApprovers: true }, false)).toEqual([
      `The bucket's guard denies the deletion to every approver of its rule. It is basic, so whoever may write the bucket's policy puts it on for them with ${MEND}; then ask again.`,
    ]);
  });

  it('says of a hardened guard that denies every approver who takes it off, required or not', () => {
    for (const required of [true, false]) {
      expect(found({ ...broken, deniesApprovers: true }, required)).toEqual([
        `The bucket's guard denies the deletion to every approver of its rule. Root, whom no guard keeps from the bucket's policy, takes it off; then put it on for them with ${MEND} and ask again.`,
      ]);
    }
  });
});

describe('changes', () => {
  /** For each member another value, and what is told; null for those that are left out on purpose. */
  const CASES: { [Name in keyof Facts]: [other: Facts[Name], told: string | null] } = {
    region: ['eu-central-1', 'Region: was us-east-1, is eu-central-1'],
    owner: ['222233334444', 'Owner: was 111122223333, is 222233334444'],
    createdAt: ['2026-11-02T10:00:00.000Z', 'Created: was 2024-03-05T08:30:00.000Z, is 2026-11-02T10:00:00.000Z'],
    objects: [count(1), 'Contents: was empty, is 1 object'],
    oldVersions: [count(2), 'Contents: was empty, is 2 old versions'],
    deleteMarkers: [count(1000, true), 'Contents: was empty, is 1,000 or more delete markers'],
    bytes: [count(2_500), 'Contents: was empty, is 2.5 kB'],
    // What it is counted of is compared.
    going: [{ versions: count(1), markers: count(0), bytes: count(1) }, null],
    uploads: [count(1), 'Unfinished uploads: was none, is 1 upload'],
    newestWrite: ['2026-11-02T10:00:00.000Z', null],
    versioning: ['suspended', 'Versioning: was never on, is suspended'],
    mfaDelete: [true, 'MFA Delete: was off, is on'],
    objectLock: [true, 'Object Lock: was off, is on'],
    // Told where both looks know it (retention.test.ts).
    retention: [retentionOf([{ hold: true }], { more: false, denied: false, now: 0 }), null],
    // By the digest of all.
    tags: [[{ key: 'keep', value: 'yes' }], null],
    moreTags: [1, null],
    tagsDigest: ['abc', 'The tags were edited'],
    stack: ['site', 'Stack: was none, is site'],
    dependents: [[{ kind: 'website', text: 'It serves a website.', seen: true }], 'Depends on it: was nothing, is It serves a website.'],
    accessPoints: [['one'], 'Access points: was none, is one'],
    guard: [{ state: 'whole', level: 'hardened', findings: [], deniesApprovers: false }, 'Guard: was none, is hardened'],
    waysRound: [['Versioning is suspended: …'], 'Goes round the guard: was nothing, is Versioning is suspended: …'],
    denials: [['Statement “x” of the bucket policy may deny the deletion.'], null],
    policyDigest: ['abc', 'The bucket policy was edited'],
    guardChange: [aGuardChange(), null],
    lookedAt: ['2026-11-02T10:00:00.000Z', null],
  };

  test.each(Object.entries(CASES))('tells what became of %s', (name, [other, told]) => {
    const shown = someFacts();
    const now = { ...shown, [name]: other };
    expect(changes(shown, now)).toEqual(told === null ? [] : [told]);
    expect(changes(now, shown)).toHaveLength(told === null ? 0 : 1);
  });

  it('tells a creation date that is not known any more', () => {
    expect(changes(someFacts(), someFacts({ createdAt: null }))).toEqual(['Created: was 2024-03-05T08:30:00.000Z, is unknown']);
  });

  it('takes no notice of the order in which AWS lists tags and access points', () => {
    const tags = [
      { key: 'a', value: '1' },
      { key: 'b', value: '2' },
    ];
    const shown = someFacts({ ...tagFacts(tags), accessPoints: ['one', 'two'] });
    expect(changes(shown, someFacts({ ...tagFacts(tags.toReversed()), accessPoints: ['two', 'one'] }))).toEqual([]);
  });

  it('carries so much of tags as people read, and notices what it doesn’t carry', () => {
    const tags = Array.from({ length: 50 }, (_, index) => ({ key: `k${index}`.padEnd(128, 'k'), value: 'ü'.repeat(256) }));
    const found = tagFacts(tags);
    expect([found.tags.length, found.moreTags]).toEqual([10, 40]);
    expect(JSON.stringify(found).length).toBeLessThan(3000);
    for (const index of [0, 7, 49]) {
      const other = tags.map((tag, at) => (at === index ? { ...tag, value: `${tag.value.slice(1)}u` } : tag));
      expect(changes(someFacts(found), someFacts(tagFacts(other)))).toEqual(['The tags were edited']);
    }
  });

  it('tells two tags apart that read alike when put together', () => {
    const [shown, now] = [
      { key: 'a', value: 'b,c' },
      { key: 'a,b', value: 'c' },
    ].map((tag) => someFacts(tagFacts([tag]))) as [Facts, Facts];
    expect(changes(shown, now)).toEqual(['The tags were edited']);
  });

  const counts = fc.record({ count: fc.nat(2_000), more: fc.boolean() });
  const times = fc.option(fc.constantFrom('2026-11-02T10:00:00.000Z', '2020-01-01T00:00:00.000Z'));
  const facts: fc.Arbitrary<Facts> = fc.record({
    region: fc.string(),
    owner: fc.string(),
    createdAt: times,
    objects: counts,
    oldVersions: counts,
    deleteMarkers: counts,
    bytes: counts,
    going: fc.constant(null),
    uploads: counts,
    newestWrite: times,
    versioning: fc.constantFrom('never on', 'on', 'suspended'),
    mfaDelete: fc.boolean(),
    objectLock: fc.boolean(),
    retention: fc.option(fc.constant(retentionOf([], { more: false, denied: false, now: 0 }))),
    tags: fc.array(fc.record({ key: fc.string(), value: fc.string() })),
    moreTags: fc.nat(),
    tagsDigest: fc.option(fc.string()),
    stack: fc.option(fc.string()),
    accessPoints: fc.array(fc.string()),
    dependents: fc.array(fc.record({ kind: fc.constantFrom(...DEPENDENT_KINDS), text: fc.string(), seen: fc.boolean() })),
    guard: fc.record({
      state: fc.constantFrom('whole', 'notWhole', 'none'),
      level: fc.option(fc.constantFrom('basic', 'hardened')),
      findings: fc.array(fc.string()),
      deniesApprovers: fc.boolean(),
    }),
    waysRound: fc.array(fc.string()),
    denials: fc.array(fc.string()),
    policyDigest: fc.option(fc.string()),
    guardChange: fc.constant(null),
    lookedAt: fc.constant('2026-11-02T10:00:00.000Z'),
  });

  it('tells nothing about a bucket that is as it was', () => {
    fc.assert(fc.property(facts, (shown) => changes(shown, structuredClone(shown)).length === 0));
  });

  it('tells of as many differences one way as the other', () => {
    fc.assert(fc.property(facts, facts, (shown, now) => changes(shown, now).length === changes(now, shown).length));
  });
});

describe('say and list', () => {
  test.each([
    [count(0), ''],
    [count(1), '1 object'],
    [count(2), '2 objects'],
    [count(1, true), '1 or more objects'],
    [count(1234567), '1,234,567 objects'],
  ])('%j is “%s”', (number, said) => {
    expect(say(number, 'object')).toBe(said);
  });

  test.each([
    [[], ''],
    [['a'], 'a'],
    [['a', 'b'], 'a and b'],
    [['a', 'b', 'c'], 'a, b and c'],
  ])('%j is “%s”', (items, said) => {
    expect(list(items)).toBe(said);
  });
});
