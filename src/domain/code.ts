/** The six digits as people type them. */

export type ParsedCode = { ok: true; code: string } | { ok: false; why: string };

/**
 * Six ASCII digits out of what was typed: blanks of every kind between the digits are dropped (apps show `123 456`), and
 * what shows nothing (marks of direction come along when copied); full-width digits are folded (NFKC). Anything else is
 * refused here, so that AWS never sees it.
 */
export function parseCode(typed: string): ParsedCode {
  const code = typed.normalize('NFKC').replace(/[\s\p{Cf}]/gu, '');
  if (/^[0-9]{6}$/.test(code)) return { ok: true, code };
  return { ok: false, why: 'Type the six digits that your MFA device shows, and nothing else. No code was sent to AWS.' };
}
