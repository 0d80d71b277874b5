import { commandIn, suggestions } from '../../page/slack/commands.ts';
import { keyOf, startOf, stillThere, submission } from '../../page/slack/form.ts';
import type { Block, Element, Message, Modal } from '../../page/slack/shapes.ts';
import { rowsOf } from '../../page/slack/threads.ts';
import { option, plainText } from '../helpers/slack-app.ts';

const COMMANDS = ['/delete-bucket', '/guard-bucket', '/purge-versions'].map((command) => ({ command, description: '', hint: '' }));
const names = (typed: string) => suggestions(COMMANDS, typed).map(({ command }) => command);

describe('the message box', () => {
  test('suggests commands while their name is typed', () => {
    expect(names('/')).toEqual(['/delete-bucket', '/guard-bucket', '/purge-versions']);
    expect(names('/G')).toEqual(['/guard-bucket']);
    expect(['', 'text', '/guard-bucket', '/guard-bucket x', '/x'].flatMap(names)).toEqual([]);
  });

  test.each([
    ['/delete-bucket', { command: '/delete-bucket', text: '' }],
    ['  /delete-bucket  a b  ', { command: '/delete-bucket', text: 'a b' }],
    ['hello /x', undefined],
    ['', undefined],
  ])('reads %j', (typed, expected) => {
    expect(commandIn(typed)).toEqual(expected);
  });
});

describe('rows of a conversation', () => {
  const at = (day: number, minute: number) => `${Date.UTC(2026, 10, day, 12, minute) / 1000}.000000`;
  const message = (ts: string, thread_ts?: string, channel = 'C1'): Message => ({
    channel,
    ts,
    ...(thread_ts && { thread_ts }),
    text: ts,
    blocks: [],
    ephemeral: false,
    user: 'U1',
  });

  test('have replies under what they answer, and a day where one begins', () => {
    const [first, reply, other, next, orphan] = [
      message(at(1, 0)),
      message(at(1, 2), at(1, 0)),
      message(at(1, 1), undefined, 'C2'),
      message(at(2, 0)),
      message(at(2, 1), at(0, 0)),
    ] as const;
    expect(rowsOf([first, reply, other, next, orphan], 'C1', 'UTC')).toEqual([
      { message: first, replies: [reply], day: '2026-11-01' },
      { message: next, replies: [], day: '2026-11-02' },
      { message: orphan, replies: [] },
    ]);
  });
});

describe('a modal’s form', () => {
  const input = (block_id: string, element: Element): Block => ({
    type: 'input',
    block_id,
    label: plainText('Same'),
    element: { action_id: 'a', ...element },
  });
  const options = [option('One'), option('Two')];
  const blocks = [
    input('text', { type: 'plain_text_input' }),
    input('empty', { type: 'plain_text_input' }),
    input('one', { type: 'static_select', options }),
    input('none', { type: 'radio_buttons', options }),
    input('many', { type: 'checkboxes', options }),
    input('who', { type: 'users_select' }),
  ];
  const modal = {
    blocks,
    state: {
      values: {
        text: { a: { type: 'plain_text_input', value: 'there' } },
        one: { a: { type: 'static_select', selected_option: options[1] } },
        many: { a: { type: 'checkboxes', selected_options: [options[0]] } },
        who: { a: { type: 'users_select', selected_user: 'U0BOB' } },
      },
    },
  } as unknown as Modal;
  const key = (at: number) => keyOf(blocks[at] as Block, blocks[at]?.element as Element);

  test('begins with what the view holds', () => {
    expect(blocks.map((block) => startOf(modal, block, block.element as Element))).toEqual(['there', '', 'two', '', ['one'], 'U0BOB']);
  });

  test('is sent by block id, options by their texts, what is empty as null', () => {
    expect(submission(modal, {})).toEqual({ text: 'there', empty: null, one: 'Two', none: null, many: ['One'], who: 'U0BOB' });
    expect(submission(modal, { [key(0)]: '', [key(1)]: 'x', [key(2)]: 'one', [key(3)]: 'two', [key(4)]: [] })).toEqual({
      text: null,
      empty: 'x',
      one: 'One',
      none: 'Two',
      many: [],
      who: 'U0BOB',
    });
  });

  test('keeps what was typed below a pushed view, and nothing of a view or a field that is gone', () => {
    const code = { [key(0)]: '123456' };
    const typed = { V1: code, V2: code, V3: code };
    const view = (id: string, previous_view_id: string | null, shown = blocks) =>
      ({ id, previous_view_id, root_view_id: 'V1', blocks: shown }) as Modal;
    expect(stillThere(typed, view('V3', 'V2'))).toEqual(typed);
    expect(stillThere(typed, view('V2', 'V1'))).toEqual({ V1: code, V2: code });
    expect(stillThere(typed, view('V1', null))).toEqual({ V1: code });
    expect(stillThere(typed, view('V1', null, []))).toEqual({ V1: {} });
    expect(stillThere(typed, null)).toEqual({});
  });
});
