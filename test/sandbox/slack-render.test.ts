import { plain, readable, render } from '../../sandbox/slack/render.ts';
import { modal, mrkdwn, plainText } from '../helpers/slack-app.ts';

const NAMES = { U0RIYA: 'riya', C0APPROVALS: 's3-approvals' };

describe('render', () => {
  test('shows a message as a person reads it', () => {
    const blocks = [
      { type: 'header', text: plainText('Delete team-scratch?') },
      {
        type: 'section',
        text: mrkdwn('<@U0RIYA> asks in <#C0APPROVALS>: &lt;!channel&gt; a &amp; b'),
        accessory: { type: 'button', text: plainText('More') },
      },
      { type: 'section', fields: [mrkdwn('Objects: 3'), mrkdwn('Until <!date^1795574537^{time}|08:42>')] },
      { type: 'divider' },
      { type: 'context', elements: [mrkdwn('see <https://example.com|the docs>'), { type: 'image', alt_text: 'logo' }] },
      {
        type: 'actions',
        elements: [
          { type: 'button', text: plainText('Approve') },
          { type: 'button', text: plainText('Reject') },
        ],
      },
      { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'rich' }] }] },
      { type: 'image', alt_text: 'a picture' },
    ];
    expect(render({ text: 'fallback', blocks }, NAMES)).toBe(
      [
        'Delete team-scratch?',
        '@riya asks in #s3-approvals: <!channel> a & b',
        '[More]',
        'Objects: 3',
        'Until 08:42',
        '---',
        'see the docs (logo)',
        '[Approve] [Reject]',
        'rich',
        '(a picture)',
      ].join('\n'),
    );
    expect(render({ text: 'only <https://example.com>', blocks: [] })).toBe('only https://example.com');
  });

  test('shows a modal with its fields, errors and buttons', () => {
    const option = { text: plainText('Only rehearse'), value: 'yes' };
    const view = modal(
      [
        { type: 'input', block_id: 'code', label: plainText('MFA code'), element: { type: 'plain_text_input', action_id: 'v' } },
        { type: 'input', block_id: 'name', label: plainText('Bucket name'), element: { type: 'plain_text_input', action_id: 'v' } },
        {
          type: 'input',
          block_id: 'tick',
          label: plainText('Rehearse'),
          element: { type: 'checkboxes', action_id: 'v', options: [option] },
        },
        { type: 'actions', elements: [{ type: 'radio_buttons', options: [option] }] },
      ],
      {
        close: plainText('Cancel'),
        state: {
          values: {
            code: { v: { type: 'plain_text_input', value: '12' } },
            tick: { v: { type: 'checkboxes', selected_options: [option] } },
          },
        },
        errors: { code: 'Six digits, please.' },
        error: 'We had some trouble connecting. Try again?',
      },
    );
    expect(render(view)).toBe(
      [
        '== A modal ==',
        'MFA code: 12',
        '! Six digits, please.',
        'Bucket name: ____',
        'Rehearse: Only rehearse',
        '( ) Only rehearse',
        '! We had some trouble connecting. Try again?',
        '[Cancel] [Send]',
      ].join('\n'),
    );
  });

  test.each([
    ['<!here> <!channel|everyone> <!subteam^S1|@ops> <!subteam^S1>', '@here @channel @ops @S1'],
    ['<@U9|zoe> <@U9> <#C9|general>', '@zoe @U9 #general'],
    ['&amp;lt; stays an entity that somebody typed', '&lt; stays an entity that somebody typed'],
    ['<https://a.example/?a=1&amp;b=2|a|b>', 'a|b'],
    ['a < b and c > d', 'a < b and c > d'],
  ])('reads %j', (text, shown) => {
    expect(readable(text)).toBe(shown);
  });

  test('plain takes blocks alone', () => {
    expect(plain([{ type: 'section', text: mrkdwn('x') }])).toBe('x');
  });
});
