import { changes } from '../../src/domain/obstacles.ts';
import { sessionActions } from '../../src/domain/policies.ts';
import type { Retention } from '../../src/domain/request.ts';
import { type LockOfVersion, lockNotices, lockObstacles, retentionOf } from '../../src/domain/retention.ts';
import { someFacts } from '../helpers/models.ts';

const NOW = Date.parse('2026-11-02T09:00:00.000Z');
const at = (iso: string) => Date.parse(iso);
const free: LockOfVersion = { hold: false };
const governed = (until: string): LockOfVersion => ({ mode: 'governance', until: at(until), hold: false });
const retention = (locks: LockOfVersion[], more: Partial<{ more: boolean; denied: boolean }> = {}): Retention =>
  retentionOf(locks, { more: false, denied: false, now: NOW, ...more });
const facts = (...args: Parameters<typeof retention>) => someFacts({ objectLock: true, retention: retention(...args) });
const [no, allowed, both] = [
  { asked: false, allowed: false },
  { asked: false, allowed: true },
  { asked: true, allowed: true },
];

describe('what Object Lock keeps', () => {
  it('is counted by kind, with its last day; a retention that is over keeps nothing', () => {
    const compliance: LockOfVersion = { mode: 'compliance', until: at('2030-01-01T00:00:00.000Z'), hold: true };
    const locks = [
      free,
      governed('2026-11-03T00:00:00.000Z'),
      governed('2026-12-03T00:00:00.000Z'),
      governed('2026-11-02T09:00:00.000Z'),
      compliance,
    ];
    expect(retention(locks)).toEqual({
      looked: 5,
      more: false,
      denied: false,
      governance: { count: 2, until: '2026-12-03T00:00:00.000Z' },
      compliance: { count: 1, until: '2030-01-01T00:00:00.000Z' },
      holds: 1,
    });
  });

  it('refuses an emptying up front, with how many and until when (FC-37)', () => {
    const seen = facts([
      { hold: true },
      { hold: true },
      { mode: 'compliance', until: at('2030-01-01T00:00:00.000Z'), hold: false },
      governed('2026-11-03T00:00:00.000Z'),
    ]);
    expect(lockObstacles(seen, 'empty', no)).toEqual([
      '2 versions are under a legal hold, which ends when it is taken off. Have that done, then ask again.',
      '1 version is under compliance retention, the last until 2030-01-01: until then nobody can delete them, root neither. Ask again then.',
      '1 version is under governance retention, the last until 2026-11-03. Ask again then; the rule of this bucket does not allow it to be bypassed.',
    ]);
    // A bypass lifts governance, and nothing else.
    expect(lockObstacles(seen, 'empty-delete', both)).toHaveLength(2);
    expect(lockObstacles(facts([governed('2026-11-03T00:00:00.000Z')], { more: true }), 'empty', allowed)).toEqual([
      '1 or more versions are under governance retention, the last until 2026-11-03. Ask again then; or ask again with “Bypass governance retention”.',
    ]);
  });

  it('is in no way of anything else, nor is what nobody found', () => {
    const seen = facts([{ hold: true }]);
    for (const kind of ['delete', 'purge', 'guard-off'] as const) {
      expect([...lockObstacles(seen, kind, no), ...lockNotices(seen, kind, true)]).toEqual([]);
    }
    expect(lockObstacles(facts([free]), 'empty', no)).toEqual([]);
    expect(lockObstacles(someFacts(), 'empty', no)).toEqual([]);
  });

  it('may not be bypassed where the rule does not allow it, locks or none', () => {
    expect(lockObstacles(someFacts(), 'empty', { asked: true, allowed: false })).toEqual([
      expect.stringMatching(/does not allow governance retention to be/),
    ]);
  });

  it('is told to the approver where it is bypassed, and where it is not known', () => {
    expect(lockNotices(facts([governed('2026-11-03T00:00:00.000Z'), free]), 'empty', true)).toEqual([
      '1 version is under governance retention, the last until 2026-11-03: the session may bypass governance retention, and deletes all the same what it keeps.',
    ]);
    expect(lockNotices(facts([free]), 'empty', true)).toEqual([expect.stringMatching(/^The session may bypass/)]);
    expect(lockNotices(facts([], { denied: true, more: true }), 'empty', false)).toEqual([
      expect.stringMatching(/could not be looked at: s3:GetObjectRetention/),
    ]);
    expect(lockNotices(facts([free], { more: true }), 'empty', false)).toEqual([
      expect.stringMatching(/^Of its versions the first 1 were looked at/),
    ]);
    expect(lockNotices(facts([free]), 'empty', false)).toEqual([]);
    expect(lockNotices(someFacts(), 'empty', true)).toEqual([]);
  });

  it('comes back to the approver where it changed, as far as both looks know it', () => {
    const [before, after] = [facts([free]), facts([governed('2026-11-03T00:00:00.000Z')])];
    expect(changes(before, after, 'empty')).toEqual([
      'Kept by Object Lock: was nothing, is 1 version under governance retention until 2026-11-03T00:00:00.000Z',
    ]);
    expect(changes(before, facts([], { more: true }), 'empty')).toEqual([]);
  });
});

describe('a session', () => {
  it('may bypass governance retention where the request asks for it, and is an emptying’s', () => {
    const bypasses = (kind: Parameters<typeof sessionActions>[0]['kind'], more: object = { bypassGovernance: true }) =>
      sessionActions({ kind, rehearsal: false, ...more }).includes('s3:BypassGovernanceRetention');
    expect((['empty', 'empty-delete', 'delete', 'purge', 'guard-off'] as const).filter((kind) => bypasses(kind))).toEqual([
      'empty',
      'empty-delete',
    ]);
    expect(bypasses('empty', {})).toBe(false);
    expect(bypasses('empty', { bypassGovernance: true, rehearsal: true })).toBe(false);
  });
});
