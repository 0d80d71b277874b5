/** The threat model names the test that shows each row; this one shows that they are there. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const page = readFileSync(path.join(import.meta.dirname, '../docs/security.md'), 'utf8');
/** The last cells of the table's rows, each with what it is about. */
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && line.split(' | ').length === 5)
  .slice(1)
  .map((line) => line.replace(/^\| | \|$/g, '').split(' | '))
  .map((cells): [string, string] => [cells[0] ?? '', cells[4] ?? '']);
const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' });
const fileOf = (name: string) => files.find((file) => file === `${name}.ts` || file === `${name}.test.ts`);

/** `scenarios/windows`; `emptying` after it stands in the same folder. */
function namesIn(cell: string): { name: string; titles: string[] }[] {
  let folder = '';
  return [...cell.matchAll(/`([\w/-]+)`(?:: ((?:\*[^*]+\*(?:, )?)+))?/g)].map(([, named = '', titles = '']) => {
    const name = named.includes('/') || fileOf(named) ? named : `${folder}/${named}`;
    folder = path.dirname(name);
    return { name, titles: [...titles.matchAll(/\*([^*]+)\*/g)].map(([, title = '']) => title) };
  });
}

describe('the threat model', () => {
  it('has its rows', () => {
    expect(rows.length).toBeGreaterThan(20);
  });

  it.each(rows)('names tests that are there: %s', (who, shownBy) => {
    const names = namesIn(shownBy);
    // Nothing keeps these from anything.
    if (!who.includes('Administrator of IAM')) expect(names).not.toEqual([]);
    for (const { name, titles } of names) {
      expect([name, fileOf(name)]).toEqual([name, expect.any(String)]);
      const text = readFileSync(path.join(import.meta.dirname, fileOf(name) ?? ''), 'utf8');
      for (const title of titles) expect([title, text.includes(title)]).toEqual([title, true]);
    }
  });
});
