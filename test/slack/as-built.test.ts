import type { KnownBlock, ModalView } from '@slack/types';
import fc from 'fast-check';
import { echoed } from '../../sandbox/slack/echo.ts';
import type { View } from '../../sandbox/slack/views.ts';
import { type Approval, approveModal } from '../../src/slack/views/approve.ts';
import { isAsBuilt } from '../../src/slack/views/as-built.ts';
import { askGuardModal, askModal, askPurgeModal, prefilled } from '../../src/slack/views/ask.ts';
import { aRequest, someFacts } from '../helpers/models.ts';

const approval = (more: Partial<Approval> = {}): Approval => ({
  request: aRequest(),
  facts: someFacts(),
  attempt: 1,
  notes: [],
  now: '2026-11-02T12:05:00.000Z',
  unlimited: false,
  ...more,
});
const modal = (reason: string, more: Partial<Approval> = {}) => approveModal(approval({ request: aRequest({ reason }), ...more }));
/** As Slack sends it back. */
const sentBack = (view: ModalView) => echoed(JSON.parse(JSON.stringify({ ...view, id: 'V1', state: { values: {} } })) as View);

describe('a window', () => {
  it('is as it was built when Slack has sent it back, whatever was typed', () => {
    const typed = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.stringMatching(/^[ &<>@a-z;:*_`|\\n\\\\^$()\\[\\]{}.+?-]{0,60}$/),
      fc
        .array(fc.constantFrom('🎉', '👍🏽', '👍', '❤️', '🇨🇭', '👩‍💻', '©', '1️⃣', ' ', 'a', '&amp;', '<!channel>'), { maxLength: 20 })
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(typed, typed, fc.array(typed, { maxLength: 2 }), (reason, tag, notes) => {
        const view = modal(reason, { notes, facts: someFacts({ tags: [{ key: tag, value: reason.slice(0, 20) }] }) });
        expect(isAsBuilt(view, sentBack(view))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['&amp; twice over', 'salt & pepper', 'salt &amp; pepper', 'salt &amp;amp; pepper'],
    ['plain text unescaped', 'a < b', 'a &lt; b', 'a < b'],
    ['fewer blanks', 'one  two', 'one  two', 'one two'],
    ['letters that are composed', 'cafe\u0301', 'cafe\u0301', 'caf\u00e9'],
  ])('is as it was built where Slack sends back %s', (_, reason, from, to) => {
    const view = modal(reason);
    const text = JSON.stringify(sentBack(view));
    expect(text).toContain(from);
    expect(isAsBuilt(view, JSON.parse(text.replace(from, to)))).toBe(true);
  });

  it('is as it was built where Slack sends back an emoji by its name', () => {
    const view = modal('x', { notes: ['done 🦤'] });
    expect(isAsBuilt(view, JSON.parse(JSON.stringify(sentBack(view)).replace('done 🦤', 'done :dodo:')))).toBe(true);
  });

  it('is as it was built where mentions bear a name', () => {
    const view = modal('x');
    expect(isAsBuilt(view, JSON.parse(JSON.stringify(sentBack(view)).replaceAll('<@U0RIYA>', '<@U0RIYA|riya>')))).toBe(true);
  });

  const extra: KnownBlock = { type: 'section', text: { type: 'plain_text', text: 'This is a rehearsal.' } };
  const first = (change: object) => (view: ModalView) => ({ ...view, blocks: [{ ...view.blocks[0], ...change }, ...view.blocks.slice(1)] });
  it.each<[string, (view: ModalView) => unknown]>([
    ['nothing at all', () => undefined],
    ['no blocks', (view) => ({ ...view, blocks: [] })],
    ['another title', (view) => ({ ...view, title: { type: 'plain_text', text: 'Approve a rehearsal' } })],
    ['another button', (view) => ({ ...view, submit: { type: 'plain_text', text: 'Rehearse' } })],
    ['a block more before', (view) => ({ ...view, blocks: [extra, ...view.blocks] })],
    ['a block more behind', (view) => ({ ...view, blocks: [...view.blocks, extra] })],
    ['a block less', (view) => ({ ...view, blocks: view.blocks.slice(1) })],
    ['other blocks’ order', (view) => ({ ...view, blocks: view.blocks.toReversed() })],
    ['an image beside a text', first({ accessory: { type: 'image', image_url: 'https://example.com/rehearsal.png', alt_text: 'x' } })],
    ['plain text for mrkdwn', first({ text: { type: 'plain_text', text: '<@U0RIYA> asks to delete `team-scratch`:' } })],
    ['another requester', (view) => JSON.parse(JSON.stringify(view).replace('<@U0RIYA>', '<@U0BOB>'))],
    ['another bucket', (view) => JSON.parse(JSON.stringify(view).replace('`team-scratch`', '`team-other`'))],
    ['another hint', (view) => JSON.parse(JSON.stringify(view).replace('to be sure that it is the one you mean', 'it is a rehearsal'))],
    ['a word left out', (view) => JSON.parse(JSON.stringify(view).replace(' for good', ''))],
    ['another date', (view) => JSON.parse(JSON.stringify(view).replace('{date_short_pretty}', 'rehearsal'))],
    ['words pushed out of sight', (view) => JSON.parse(JSON.stringify(view).replace('asks to', `asks${'\\n'.repeat(2000)}to`))],
    [
      'a text pushed out of sight',
      (view) => JSON.parse(JSON.stringify(view).replace('"<@U0RIYA> asks', `"${'\\n'.repeat(2000)}<@U0RIYA> asks`)),
    ],
    ['a line break less', (view) => JSON.parse(JSON.stringify(view).replace('first\\nsecond', 'first second'))],
    ['blanks that show nothing', (view) => JSON.parse(JSON.stringify(view).replace('asks to', 'asks\ufeff\u2028to'))],
    ['words for an emoji that was to stay', (view) => JSON.parse(JSON.stringify(view).replace('🎉', ':security_has-checked-this:'))],
    ['words for a name', (view) => JSON.parse(JSON.stringify(view).replace('<@U0RIYA>', '<@U0RIYA|riya of security, who has checked it>'))],
    ['markup at work that was shown as typed', (view) => JSON.parse(JSON.stringify(view).replace('&lt;!here&gt;', '<!here>'))],
  ])('is not as it was built with %s', (_, change) => {
    const view = modal('first\nsecond 🎉', { notes: ['<!here> says: no'] });
    expect(isAsBuilt(view, sentBack(view))).toBe(true);
    expect(isAsBuilt(view, change(view))).toBe(false);
  });

  it.each([
    ['deletion', askModal],
    ['guard', askGuardModal],
    ['purge', askPurgeModal],
  ])('in which a %s is asked for is as it was built when Slack has sent it back, whatever was typed after the command', (_, modal) => {
    const typed = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.constantFrom('', 'team-a logs/', 'team-a  a &<b> :c: d', ' x'),
    );
    fc.assert(
      fc.property(typed, (text) => {
        const view = sentBack(modal(text));
        expect(isAsBuilt(modal(prefilled(view as unknown as ModalView)), view)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it.each<[string, string, string]>([
    ['another choice by the same words', '"value":"guard-hardened"', '"value":"guard-off"'],
    ['other words for a choice', 'Take the guard off', 'Put the guard on'],
  ])('is not as it was built with %s', (_, from, to) => {
    const text = JSON.stringify(sentBack(askGuardModal('team-a')));
    expect(text).toContain(from);
    expect(isAsBuilt(askGuardModal('team-a'), JSON.parse(text.replaceAll(from, to)))).toBe(false);
  });

  it('takes any change of a letter for a difference', () => {
    const view = modal('The trial is over');
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.constantFrom('x', 'Q', '7'), (which, where, letter) => {
        const changed = structuredClone(view);
        const texts = textsOf(changed);
        const one = texts[which % texts.length] as { text: string };
        const letters = [...one.text.matchAll(/[a-z]/gi)].map(({ index }) => index);
        const at = letters[where % letters.length] as number;
        fc.pre(one.text[at] !== letter);
        one.text = `${one.text.slice(0, at)}${letter}${one.text.slice(at + 1)}`;
        expect(isAsBuilt(view, sentBack(changed))).toBe(false);
      }),
    );
  });
});

/** The text objects of a view that hold a letter. */
function textsOf(value: unknown): { text: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  const { text } = value as { text?: unknown };
  if (typeof text === 'string') return /[a-z]/i.test(text) ? [value as { text: string }] : [];
  return Object.values(value).flatMap(textsOf);
}
