/** Elements of S3's answers and of what is sent to it, none of which has attributes. */

/** What stands in the first element of that name; '' where there is none. */
export function elementOf(xml: string, name: string): string {
  const open = `<${name}>`;
  const from = xml.indexOf(open);
  if (from === -1) return '';
  return plain(xml.slice(from + open.length, xml.indexOf('<', from + open.length)));
}

/** Text as it is, of text as it is written. */
export const plain = (text: string): string => (text.includes('&') ? text.replace(ENTITY, (_, name: string) => character(name)) : text);

const ENTITY = /&(#?\w+);/g;
const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function character(name: string): string {
  if (!name.startsWith('#')) return NAMED[name] ?? `&${name};`;
  return String.fromCodePoint(name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1)));
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as it is written. */
export const escaped = (text: string): string => (/[&<>"]/.test(text) ? text.replace(/[&<>"]/g, (one) => ESCAPES[one] as string) : text);
