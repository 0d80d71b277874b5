import { entryOf, linesOf } from '../../cli/trail.ts';
import { type AuditEntry, auditEntry } from '../../src/domain/audit.ts';
import { trailOf } from '../../src/domain/trail.ts';

const entry = (name: string, before: AuditEntry | undefined, who = 'somebody') =>
  auditEntry({ requestId: 'req-abcdefghij23', entry: name, at: '', who, what: {}, previous: before?.hash ?? '' });

/** A chain of entries of these names. */
function chain(...names: string[]): AuditEntry[] {
  const entries: AuditEntry[] = [];
  for (const name of names) entries.push(entry(name, entries.at(-1)));
  return entries;
}
const steps = chain('000-asked', '001-1-asked', '001-2-approved', '001-3-session', '001-4-deleting', '001-5-deleted');
const [asked, , , session, , deleted] = steps;

describe('the trail of a request', () => {
  it('is whole where each entry names the one before, in whatever order the table gives them', () => {
    const whole = [...steps, entry('999-closed-deleted', deleted)];
    expect(trailOf(whole.toReversed())).toEqual({ state: 'whole', entries: whole, about: [] });
  });

  it('is open while the request is', () => {
    expect(trailOf(steps)).toMatchObject({ state: 'open', about: [] });
  });

  it.each(['999-closed-stopped', '999-closed-failed'])('is cut short where a step wrote on beside the end: %s', (end) => {
    expect(trailOf([...steps, entry(end, session)])).toMatchObject({ state: 'cutShort', about: ['001-4-deleting', '001-5-deleted'] });
  });

  it.each<[string, AuditEntry[], string]>([
    ['a step stands beside an end that no stop explains', [...steps, entry('999-closed-rejected', session)], '999-closed-rejected'],
    ['two ends were told', [...steps, entry('999-closed-deleted', deleted), entry('999-closed-stopped', session)], '999-closed-stopped'],
    ['an entry is gone', [...steps.slice(0, 3), ...steps.slice(4), entry('999-closed-stopped', deleted)], '001-4-deleting'],
    ['the last steps are gone', [...steps.slice(0, 4), entry('999-closed-stopped', deleted)], '999-closed-stopped'],
    ['all but the end is gone', [entry('999-closed-stopped', undefined)], '999-closed-stopped'],
    ['the end was altered', [...steps, { ...entry('999-closed-deleted', deleted), who: 'nobody' }], '999-closed-deleted'],
    [
      'an entry was altered in a trail that is cut short',
      [{ ...(asked as AuditEntry), who: 'nobody' }, ...steps.slice(1), entry('999-closed-stopped', session)],
      '000-asked',
    ],
    ['one step stands beside another', [...steps, entry('001-3-expired', steps[2]), entry('999-closed-deleted', deleted)], '001-3-session'],
  ])('is altered where %s', (_, entries, about) => {
    expect(trailOf(entries)).toMatchObject({ state: 'altered', about: [about] });
  });

  it('is shown an entry a line, with what it comes to', () => {
    const lines = linesOf('req-abcdefghij23', trailOf([...steps, entry('999-closed-stopped', session)]));
    expect(lines).toHaveLength(8);
    expect(lines[0]).toMatch(/nothing was altered.*001-4-deleting, 001-5-deleted beside the end/);
  });

  it('is shown with what else than an alteration a gap behind an asking may come from', () => {
    const [first, asking, lost] = chain('000-asked', '001-1-asked', '001-2-rejected') as [AuditEntry, AuditEntry, AuditEntry];
    const entries = [first, asking, entry('999-closed-expired', lost)];
    expect(linesOf('req-abcdefghij23', trailOf(entries))[0]).toMatch(
      /999-closed-expired doesn’t fit.*a decision could not be written down/,
    );
  });

  it.each([{}, { what: null }, { what: { at: [] } }, { ...steps[5], who: 7 }])(
    'is altered by a row that is no entry, and shown: %j',
    (row) => {
      const entries = [...steps, { ...row, requestId: 'req-abcdefghij23', entry: '001-6-more' }].map((one) => entryOf({ ...one }));
      const found = trailOf(entries);
      expect(found).toMatchObject({ state: 'altered', about: ['001-6-more'] });
      expect(linesOf('req-abcdefghij23', found)).toHaveLength(8);
    },
  );

  it('is shown an entry a line, whatever stands in one', () => {
    const forged = entry('000-asked', undefined, 'slack\n  2026-11-02  999-closed-deleted\u001b[1A');
    expect(linesOf('req-abcdefghij23', trailOf([forged])).join()).not.toMatch(/\p{Cc}/u);
  });
});
