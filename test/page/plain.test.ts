import { piecesOf } from '../../page/flow/pieces.ts';
import { plain } from '../../page/plain.ts';

describe('Text that somebody chose', () => {
  it.each([
    ['\u202egnp.exe', '[U+202E]gnp.exe'],
    ['a\u200bb\ufeff', 'a[U+200B]b[U+FEFF]'],
    ['<img src=x> *bold*', '<img src=x> *bold*'],
    ['Zoë, 東京', 'Zoë, 東京'],
  ])('%j is shown as %j', (typed, shown) => {
    expect(plain(typed)).toBe(shown);
  });

  it('stays the same JSON, in which nothing is hidden', () => {
    const value = { 'k\u202ey': ['\u2066x\u2069', 'plain'] };
    const text = piecesOf(value).join('');
    expect(text).not.toMatch(/[\u202e\u2066\u2069]/);
    expect(JSON.parse(text)).toEqual(value);
  });
});
