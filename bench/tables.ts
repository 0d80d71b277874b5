/** What the pages' tables are made of. */

export const round = (value: number): string => (value < 0.1 ? value.toFixed(3) : value < 10 ? value.toFixed(1) : value.toFixed(0));

export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |\n`;
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join('');
}

/** The heading that begins what `npm run bench:empty` writes, at the end of the page. */
export const EMPTYING = '\n## Emptying\n';

/** The page with another part about emptying; the rest, or that part, stays as it was. */
export function joined(rest: string, emptying: string): string {
  const before = rest.split(EMPTYING)[0] as string;
  const part = emptying.includes(EMPTYING) ? emptying.slice(emptying.indexOf(EMPTYING)) : '';
  return `${before.trimEnd()}\n${part}`;
}
