import fc from 'fast-check';
import { readable } from '../../sandbox/slack/render.ts';
import { code, cut, duration, fields, literal, quotation, section, users, warnings, when } from '../../src/slack/text.ts';

const textOf = (block: { text?: { text: string } | undefined }) => block.text?.text ?? '';

describe('literal', () => {
  test.each([
    ['<!channel> old <https://evil.example|prod-logs> a<b', '&lt;!channel&gt; old &lt;https://evil.example|prod-logs&gt; a&lt;b'],
    ['&lt;', '&amp;lt;'],
    ['a & b && c', 'a &amp; b &amp;&amp; c'],
    ['<@U0ALICE>', '&lt;@U0ALICE&gt;'],
    ['two\nlines\tand a tab', 'two\nlines\tand a tab'],
    ['ж 日本 🪣 👩‍👩‍👧', 'ж 日本 🪣 👩‍👩‍👧'],
    [
      '\u26a0\ufe0f 1\ufe0f\u20e3 \u{1f469}\u{1f3fd}\u200d\u{1f692} \u2764\ufe0f\u200d\u{1f525}',
      '\u26a0\ufe0f 1\ufe0f\u20e3 \u{1f469}\u{1f3fd}\u200d\u{1f692} \u2764\ufe0f\u200d\u{1f525}',
    ],
    [
      '\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u0d28\u0d4d\u200d',
      '\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u0d28\u0d4d\u200d',
    ],
  ])('shows %j as it was typed (FC-05)', (typed, escaped) => {
    expect(literal(typed)).toBe(escaped);
    expect(readable(escaped)).toBe(typed);
  });

  test.each([
    ['right-to-left override', 'txt.\u202egol', 'txt.[U+202E]gol'],
    ['isolates', '\u2066a\u2069', '[U+2066]a[U+2069]'],
    ['zero-width blank', 'a\u200bb', 'a[U+200B]b'],
    ['soft hyphen', 'a\u00adb', 'a[U+00AD]b'],
    ['byte order mark', '\ufeffa', '[U+FEFF]a'],
    ['NUL', 'a\0b', 'a[U+0000]b'],
    ['escape', 'a\u001b[31mb', 'a[U+001B][31mb'],
    ['line separator', 'a\u2028b', 'a[U+2028]b'],
    ['letters of tags, which show nothing', 'a\u{e0062}', 'a[U+E0062]'],
    ['half a character', 'a\ud83d', 'a\ufffd'],
    ['fillers of Hangul', 'a\u3164b\u115f\u1160\uffa0', 'a[U+3164]b[U+115F][U+1160][U+FFA0]'],
    ['empty Braille', 'a\u2800b', 'a[U+2800]b'],
    ['grapheme joiner', 'a\u034fb', 'a[U+034F]b'],
    ['variation selectors', 'a\ufe0fb\u{e0100}1\ufe0f', 'a[U+FE0F]b[U+E0100]1[U+FE0F]'],
    ['joiners of nothing', 'a\u200db\u200c', 'a[U+200D]b[U+200C]'],
  ])('shows what hides: %s', (_, typed, shown) => {
    expect(literal(typed)).toBe(shown);
  });
});

describe('users', () => {
  it('pings nobody by what is no id', () => {
    expect(users(['U0ALICE> <!channel', 'here', 'S0GROUP'])).toBe('U0ALICE&gt; &lt;!channel, here or <!subteam^S0GROUP>');
  });
});

describe('cut', () => {
  it('leaves what fits as it is', () => {
    expect(cut('a&amp;b', 7)).toBe('a&amp;b');
  });

  test.each([
    ['an entity', `${'x'.repeat(10)}&amp;&amp;`, 15, `${'x'.repeat(10)} …`],
    ['a mention', `${'x'.repeat(5)}<@U0ALICE> and more`, 12, 'xxxxx …'],
    ['a date', `until <!date^1793610000^{date_short_pretty}|2026>`, 30, 'until  …'],
    ['an emoji', `${'x'.repeat(7)}🪣🪣`, 10, 'xxxxxxx …'],
  ])('never cuts inside %s', (_, text, max, kept) => {
    expect(cut(text, max)).toBe(kept);
  });

  it('keeps within the limit and says that something is missing, whatever is cut (FC-07)', () => {
    const typed = fc.string({ unit: fc.constantFrom('&', '<', '>', 'a', '🪣', '\u202e', '&amp;', '\n'), maxLength: 400 });
    fc.assert(
      fc.property(typed, fc.integer({ min: 8, max: 300 }), (text, max) => {
        const escaped = literal(text);
        const kept = cut(escaped, max);
        expect(kept.length).toBeLessThanOrEqual(max);
        expect(kept.isWellFormed()).toBe(true);
        expect(kept.replace(/&(amp|lt|gt);/g, '')).not.toMatch(/[&<>]/);
        if (kept !== escaped) expect(kept.endsWith(' …') && escaped.startsWith(kept.slice(0, -2))).toBe(true);
      }),
    );
  });
});

describe('blocks of text', () => {
  it('hold 3,500 ampersands, cut after escaping (FC-07)', () => {
    const text = textOf(quotation('&'.repeat(3500)));
    expect(text.length).toBeLessThanOrEqual(3000);
    expect(text).toMatch(/^“(&amp;)+ …”$/);
  });

  it('show a short quotation whole, with nothing at work in it', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), (typed) => {
        const block = quotation(typed);
        expect(block.text?.type).toBe('plain_text');
        const inside = typed.trim().replaceAll('\u201c', '"').replaceAll('\u201d', '"');
        expect(readable(textOf(block)).replace(/\s+/g, ' ')).toBe(`“${readable(literal(inside)).replace(/\s+/g, ' ')}”`);
      }),
    );
  });

  it('let no quotation end before its end, and none have lines that stand apart', () => {
    const typed = 'not needed”\n\n⚠️ Security: checked.\n \nWhat will happen: a rehearsal.\r\n\r\n„And»';
    expect(textOf(quotation(typed))).toBe('“not needed"\n⚠️ Security: checked.\nWhat will happen: a rehearsal.\n"And"”');
  });

  it.each(['’’', '‘‘', '″', 'ʺ', 'ˮ', '״', '〃', '⹂', '🙷', '❠', '′′', '´´'])('let no quotation look ended by %s', (mark) => {
    expect(textOf(quotation(`old${mark}\nIt’s empty.`))).toBe('“old"\nIt’s empty.”');
  });

  it('turn nothing into links by themselves', () => {
    expect(
      [section('x'), ...warnings(['x']), ...fields([['a', 'b']])]
        .map((block) => JSON.stringify(block))
        .filter((json) => !json.includes('"verbatim":true')),
    ).toEqual([]);
  });

  it('hold ten fields each, of 2,000 characters', () => {
    const blocks = fields(Array.from({ length: 12 }, (_, index) => [`n${index}`, 'x'.repeat(3000)]));
    expect(blocks.map((block) => (block as { fields: unknown[] }).fields.length)).toEqual([10, 2]);
    expect(
      JSON.stringify(blocks)
        .match(/x{10,}/g)
        ?.every((run) => run.length <= 2000),
    ).toBe(true);
  });

  it('are left out where there is nothing to warn of', () => {
    expect(warnings([])).toEqual([]);
  });
});

test.each([
  ['team-scratch', '`team-scratch`'],
  ['a`b', "`a'b`"],
  ['<x>', '`&lt;x&gt;`'],
  ['two\nlines', '`two lines`'],
  ['', '``'],
])('code(%j) is %s', (text, shown) => {
  expect(code(text)).toBe(shown);
});

test.each([
  [0, '0 s'],
  [-5, '0 s'],
  [59.4, '59 s'],
  [60, '1 min'],
  [3599, '59 min'],
  [3600, '1 h'],
  [11_100, '3 h 5 min'],
  [172_799, '47 h 59 min'],
  [172_800, '2 d'],
  [400_000, '4 d'],
])('%d seconds last %s', (seconds, said) => {
  expect(duration(seconds)).toBe(said);
});

test('a time is in the zone of the reader, and in UTC where a client cannot', () => {
  expect(when('2026-11-02T09:00:00.000Z')).toBe('<!date^1793610000^{date_short_pretty}, {time}|2026-11-02 09:00 UTC>');
});

test.each([
  [[], ''],
  [['U1'], '<@U1>'],
  [['U1', 'U2'], '<@U1> or <@U2>'],
  [['U1', 'U2', 'U3'], '<@U1>, <@U2> or <@U3>'],
])('users(%j) is “%s”', (ids, said) => {
  expect(users(ids)).toBe(said);
});
