/** Text that somebody chose, so that none of it can look like another one. */

/** What turns the direction of text (Unicode, "Bidirectional Algorithm", 2.), and what has no width. */
const HIDDEN = /[\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** With each hidden character as its code point: `[U+202E]`. */
export const plain = (text: string): string =>
  text.replace(HIDDEN, (hidden) => `[U+${hidden.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`);

/** JSON text with hidden characters as JSON escapes them: it means the same. */
export const plainJson = (json: string): string =>
  json.replace(HIDDEN, (hidden) => `\\u${hidden.charCodeAt(0).toString(16).padStart(4, '0')}`);
