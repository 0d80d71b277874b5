import fc from 'fast-check';
import { parseCode } from '../../src/domain/code.ts';
import { codePoint } from '../helpers/text.ts';

describe('parseCode', () => {
  describe('takes six digits as people type and paste them (FC-10)', () => {
    test.each([
      ['as they are', '123456'],
      ['in two groups', '123 456'],
      ['with blanks and a line end around', ' 123456\n'],
      ['with a no-break space', '123\u00a0456'],
      ['with a narrow and a thin space', '12\u202f34\u200956'],
      ['with a tab and a full-width space', '123\t456\u3000'],
      ['in full-width digits', '１２３４５６'],
      ['in full-width digits and groups', '１２３　４５６'],
      ['with marks that show nothing, as copied from an app', '\u202a123\u200b\u2060456\u202c\ufeff\u200e'],
    ])('%s', (_, typed) => {
      expect(parseCode(typed)).toEqual({ ok: true, code: '123456' });
    });
  });

  it('keeps leading zeros', () => {
    expect(parseCode('000 007')).toEqual({ ok: true, code: '000007' });
  });

  describe('refuses everything else before AWS sees it (FC-11)', () => {
    test.each([
      ['nothing', ''],
      ['blanks', '  \n'],
      ['five digits', '12345'],
      ['seven digits', '1234567'],
      ['a stray character after the code', '138502\\'],
      ['a hyphen between the groups', '123-456'],
      ['letters', '12345a'],
      ['a sign', '+12345'],
      ['a decimal', '1234.5'],
      ['digits of another script', '١٢٣٤٥٦'],
      ['two codes', '123456 654321'],
      ['very much', '1'.repeat(100_000)],
    ])('%s', (_, typed) => {
      expect(parseCode(typed)).toEqual({
        ok: false,
        why: 'Type the six digits that your MFA device shows, and nothing else. No code was sent to AWS.',
      });
    });
  });

  it('gives six ASCII digits or a refusal that does not repeat what was typed, whatever is typed', () => {
    const typed = fc.oneof(
      fc.string({ unit: codePoint }),
      fc.string({ unit: fc.constantFrom(...'0123456789０９ \u00a0\u200b\\-') }),
      fc.string({ minLength: 5, maxLength: 8, unit: fc.constantFrom(...'0123456789') }),
    );
    fc.assert(
      fc.property(typed, (text) => {
        const parsed = parseCode(text);
        if (parsed.ok) return /^[0-9]{6}$/.test(parsed.code);
        return !/[0-9]/.test(parsed.why) && Object.keys(parsed).length === 2;
      }),
    );
  });
});
