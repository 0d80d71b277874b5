/** Blocks of messages, of the Home tab and of modals; a modal brings its own way to show inputs. */
import { memo, type ReactNode } from 'react';
import { Actionable } from './elements.tsx';
import type { Block, Element } from './shapes.ts';
import { textOf } from './shapes.ts';
import { Text } from './text.tsx';

interface BlocksProps {
  blocks: Block[];
  /** The message that they stand in; none in a view. */
  ts?: string;
  input?: (block: Block) => ReactNode;
}

export const Blocks = memo(function Blocks({ blocks, ts, input }: BlocksProps) {
  return blocks.map((block) => (
    <div key={block.block_id} className={`slack-block slack-${block.type}`}>
      {shown(block, ts, input)}
    </div>
  ));
});

function shown(block: Block, ts: string | undefined, input: BlocksProps['input']): ReactNode {
  const { type, text, fields = [], elements = [], accessory } = block;
  switch (type) {
    case 'section':
      return (
        <>
          <div className="slack-section-text">
            {text && (
              <p>
                <Text of={textOf(text)} />
              </p>
            )}
            {fields.length > 0 && (
              <ul className="slack-fields">
                {fields.map((field, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: fields have no other name
                  <li key={index}>
                    <Text of={field} />
                  </li>
                ))}
              </ul>
            )}
          </div>
          {accessory && <Actionable block={block} element={accessory} ts={ts} />}
        </>
      );
    case 'header':
      return (
        <h3>
          <Text of={textOf(text)} />
        </h3>
      );
    case 'context':
      return elements.map((element, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they have no other name
        <span key={index}>
          {element.type === 'image' ? picture(element) : <Text of={{ ...textOf(element.text), type: element.type }} />}
        </span>
      ));
    case 'actions':
      return elements.map((element) => <Actionable key={element.action_id} block={block} element={element} ts={ts} />);
    case 'divider':
      return <hr />;
    case 'input':
      return input?.(block) ?? null;
    case 'image':
      return picture(block);
    default:
      // The product uses no others; who adds one sees that it is missing here, and not in Slack.
      return <p className="quiet">A block of type {type}, which this page doesn’t draw.</p>;
  }
}

/** Nothing is fetched from elsewhere. */
const picture = ({ alt_text }: Pick<Element, 'alt_text'>) => <span className="slack-image">{alt_text ?? 'Picture'}</span>;
