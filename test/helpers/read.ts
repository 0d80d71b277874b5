/** Messages and views as people read them, in the sandbox's Slack. */
import { readable, render } from '../../sandbox/slack/render.ts';
import type { Block } from '../../sandbox/slack/types.ts';

const NAMES = { U0RIYA: 'riya', U0ALICE: 'alice', U0BOB: 'bob', U0MALLORY: 'mallory' };

/** A message: first what notifications say, where the blocks don't say just that; then its blocks. */
export function read(message: { text?: string; blocks: unknown[] }): string {
  const blocks = readView(message);
  const notified = readable(message.text ?? '', NAMES);
  return blocks.includes(notified) ? blocks : `(${notified})\n${blocks}`;
}

/** A view, with what stands below its fields. */
export function readView(view: { blocks: unknown[] }): string {
  const blocks = (view.blocks as (Block & { hint?: { text: string } })[]).flatMap((block): Block[] => {
    const boxes = (block.element?.options ?? []).map(({ text }) => `( ) ${text.text}`);
    const below = [...boxes, ...(block.hint ? [`(${block.hint.text})`] : [])];
    return [block, ...below.map((text) => ({ type: 'section', text: { type: 'plain_text', text } }))];
  });
  return render({ ...view, blocks }, NAMES);
}
