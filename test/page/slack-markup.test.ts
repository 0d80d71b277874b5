import { dateText, dayOf, nearDay, timeOf } from '../../page/slack/dates.ts';
import { type Piece, parse } from '../../page/slack/mrkdwn.ts';
import { literal } from '../../src/slack/text.ts';

/** Pieces in short: `bold(…)`, text as it is. */
const short = (pieces: Piece[]): string =>
  pieces
    .map((piece) => {
      if (piece.is === 'text') return piece.text;
      if ('pieces' in piece) return `${piece.is}(${short(piece.pieces)})`;
      if ('text' in piece) return `${piece.is}(${piece.is === 'link' ? `${piece.url} ` : ''}${piece.text})`;
      if ('name' in piece) return `${piece.is}(${piece.name})`;
      return `${piece.is}(${'id' in piece ? piece.id : piece.seconds})`;
    })
    .join('');

describe('markup in the page’s Slack', () => {
  test.each([
    ['*bold* _italic_ ~strike~', 'bold(bold) italic(italic) strike(strike)'],
    ['2*3*4 a_b_c a * b * c', '2*3*4 a_b_c a * b * c'],
    ['*bold _and italic_*, *no\nline*', 'bold(bold italic(and italic)), *no\nline*'],
    ['*with `co*de` in it*', 'bold(with code(co*de) in it)'],
    ['`*a* _b_ :x: &lt;i&gt;`', 'code(*a* _b_ :x: <i>)'],
    ['```\n*a*\n<https://a.example|b>```', 'preformatted(*a*\nhttps://a.example)'],
    ['> *a*\n&gt; b\nc', 'quote(bold(a)\nb)c'],
    ['<@U0RIYA> <@W1|w> <#C0X|x> <!subteam^S1> <!here>', 'user(U0RIYA) user(W1) channel(C0X) group(S1) everybody(@here)'],
    [
      '<https://a.example/?a&amp;b|*x*> <mailto:a@b.example>',
      'link(https://a.example/?a&b *x*) link(mailto:a@b.example mailto:a@b.example)',
    ],
    ['<!date^1700000000^{time}|x>', 'date(1700000000)'],
    [':white_check_mark: at 10:30', 'emoji(white_check_mark) at 10:30'],
  ])('%j', (text, expected) => {
    expect(short(parse(text))).toBe(expected);
  });

  test.each([
    '<javascript:alert(1)|x>',
    '<data:text/html,x>',
    '<vbscript:x|y>',
    '<@lower>',
    '<>',
    '# heading',
    '![x](https://a.example/x.png)',
    '[x](https://a.example)',
    '<img src=x onerror=alert(1)>',
  ])('is not in %j, which is shown as it is', (text) => {
    expect(short(parse(text))).toBe(text);
  });

  test('what the product escaped is shown as it was typed, entities decoded once', () => {
    for (const typed of ['<b>&amp;</b>', '&lt;', '<https://a.example|b>', '<!channel> <@U0RIYA>'])
      expect(parse(literal(typed))).toEqual([{ is: 'text', text: typed }]);
  });

  test('takes no long time over what looks like markup', () => {
    const start = performance.now();
    for (const piece of ['*', '_a', '`', '<', '*a ', '<@', '```', ':a']) parse(piece.repeat(3000 / piece.length));
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('dates', () => {
  // 2026-11-26, 21:05 UTC: the 27th in Tokyo.
  const seconds = Date.UTC(2026, 10, 26, 21, 5) / 1000;
  const tokyo = { timeZone: 'Asia/Tokyo', today: '2026-11-28' };

  test.each([
    ['{date_num}', '2026-11-27'],
    ['{date_slash}', '11/27/2026'],
    ['{date}', 'November 27th, 2026'],
    ['{date_short}', 'Nov 27, 2026'],
    ['{date_long}', 'Friday, November 27th, 2026'],
    ['{date_short_pretty}, {time}', 'yesterday, 6:05 AM'],
    ['{time_secs}', '6:05:00 AM'],
    ['{nothing}', undefined],
  ])('%s is told where the reader is', (format, expected) => {
    expect(dateText(seconds, format, tokyo)).toBe(expected);
  });

  test('a day that is not near is told in full', () => {
    expect(dateText(seconds, '{date_short_pretty}', { ...tokyo, today: '2026-12-01' })).toBe('Nov 27, 2026');
    expect(['2026-11-25', '2026-11-26', '2026-11-27', '2026-11-28'].map((day) => nearDay(day, '2026-11-26'))).toEqual([
      'yesterday',
      'today',
      'tomorrow',
      undefined,
    ]);
  });

  test('the 1st, 2nd, 3rd, 11th', () => {
    const on = (day: number) => dateText(Date.UTC(2026, 0, day) / 1000, '{date}', { timeZone: 'UTC', today: '' });
    expect([1, 2, 3, 4, 11, 22].map(on)).toEqual(['1st', '2nd', '3rd', '4th', '11th', '22nd'].map((day) => `January ${day}, 2026`));
  });

  test('hours and days of messages', () => {
    expect(timeOf(new Date(seconds * 1000), 'America/New_York')).toBe('4:05 PM');
    expect(dayOf(seconds * 1000, 'UTC')).toBe('2026-11-26');
  });
});
