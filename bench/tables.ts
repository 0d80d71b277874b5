/** What the pages' tables are made of. */

export const round = (value: number): string => (value < 0.1 ? value.toFixed(3) : value < 10 ? value.toFixed(1) : value.toFixed(0));

export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |\n`;
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join('');
}

/** The page with these parts: each section takes the place of the one with its heading, new ones come last, the rest stays. So each benchmark writes its own. */
export function joined(page: string, parts: string): string {
  const [head = '', ...sections] = sectionsOf(page);
  const [begins = '', ...news] = sectionsOf(parts);
  const fresh = new Map(news.map((section) => [headingOf(section), section]));
  const kept = sections.map((section) => {
    const other = fresh.get(headingOf(section));
    fresh.delete(headingOf(section));
    return other ?? section;
  });
  const all = [begins.trim() === '' ? head : begins, ...kept, ...fresh.values()];
  return `${all.map((section) => section.trim()).join('\n\n')}\n`;
}

/** What stands before the first heading of the second level, then each section with its heading. */
const sectionsOf = (text: string): string[] => {
  const [head = '', ...sections] = text.split(/^(?=## )/m);
  return head.startsWith('## ') ? ['', head, ...sections] : [head, ...sections];
};
const headingOf = (section: string): string => section.split('\n', 1)[0] ?? '';
