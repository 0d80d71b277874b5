import type { Desk } from '../../src/slack/desk.ts';
import { leavingOne } from '../../src/slack/listeners/older.ts';
import { textOf } from '../helpers/story.ts';

const [OLDER, NEWER] = ['1793610000.000100', '1793610000.000200'];
const C = 'C0APPROVALS';

/** Somebody clicks on the message of that time; gives what was done: the click itself, and what became of which message. */
async function click(ts: string, stands: { channel: string; ts: string } | 'unknown' | undefined, edit = async () => undefined) {
  const done: string[] = [];
  const desk = {
    stands: async () => {
      if (stands === 'unknown') throw new Error('ThrottlingException');
      return stands;
    },
  } as unknown as Desk;
  const update = async (message: { channel: string; ts: string; blocks: object[] }) => {
    await edit();
    done.push(`${message.channel} ${message.ts} ${textOf(message.blocks)}`);
  };
  const args = { body: { channel: { id: C }, message: { ts } }, action: { value: 'req-abcdefghij23' }, client: { chat: { update } } };
  await leavingOne(desk, 'message', async () => void done.push('clicked'))(args as never);
  return done;
}

describe('a question that was posted twice', () => {
  it('is answered by a click on the older one, which has no buttons then and says which one counts', async () => {
    const [clicked, older, ...rest] = await click(OLDER, { channel: C, ts: NEWER });
    expect([clicked, rest]).toEqual(['clicked', []]);
    expect(older).toMatch(new RegExp(`^${C} ${OLDER} .*posted twice.*<!date\\^1793610000\\^.*req-abcdefghij23`, 's'));
    expect(older).not.toContain('button');
  });

  it.each([
    ['it is the one that counts', NEWER, { channel: C, ts: NEWER }],
    ['it is newer than the one that was written down', NEWER, { channel: C, ts: OLDER }],
    ['none was written down yet', OLDER, undefined],
    ['the other one stands elsewhere', OLDER, { channel: 'D0OTHER', ts: NEWER }],
    ['nobody knows where the other one stands', OLDER, 'unknown'],
  ] as const)('keeps the buttons of the one that was clicked where %s', async (_, ts, stands) => {
    expect(await click(ts, stands)).toEqual(['clicked']);
  });

  it('is answered all the same where Slack edits nothing', async () => {
    expect(await click(OLDER, { channel: C, ts: NEWER }, () => Promise.reject(new Error('ratelimited')))).toEqual(['clicked']);
  });
});
