/** A window over the pane, and over the pane alone: the Authenticator beside it stays within reach. */
import { Dialog } from '@base-ui/react/dialog';
import { createContext, type ReactNode, type RefObject, use, useLayoutEffect, useRef } from 'react';

/** Where windows go, and where focus goes when the last of them is closed; false: it stays where it is. */
export interface Stage {
  stage: HTMLElement | null;
  back: () => HTMLElement | false;
}

export const StageContext = createContext<Stage>({ stage: null, back: () => false });

interface WindowProps {
  title: ReactNode;
  open: boolean;
  /** The person wants it closed. */
  onClose: () => void;
  /** Keeps focus until it is answered. */
  isQuestion?: boolean;
  popup?: RefObject<HTMLDivElement | null>;
  children: ReactNode;
}

/** Where focus begins: the first field, if there is one, else what dismisses the window. */
const FIRST = 'input:not([type=hidden]), select, textarea, .slack-window-foot button';

export function focusFirst(popup: HTMLElement | null): HTMLElement | null {
  const body = popup?.querySelector<HTMLElement>('.slack-window-body');
  const first = popup?.querySelector<HTMLElement>(FIRST);
  if (!body || !first) return popup;
  // A field far down would scroll out of sight what is to be read before: then focus begins with that.
  const isBelow = body.contains(first) && first.getBoundingClientRect().bottom > body.getBoundingClientRect().bottom;
  return isBelow ? body : first;
}

export function Window({ title, open, onClose, isQuestion = false, popup, children }: WindowProps) {
  const { stage, back } = use(StageContext);
  const own = useRef<HTMLDivElement>(null);
  const box = popup ?? own;
  useLayoutEffect(() => (open ? dropCaret : undefined), [open]);
  return (
    <Dialog.Root
      open={open}
      modal={isQuestion && 'trap-focus'}
      disablePointerDismissal
      onOpenChange={(_, { reason, event }) => {
        // Escape is meant for what one is in, and focus may be in another pane.
        const isHere = !(event.target instanceof Node) || event.target === document.body || box.current?.contains(event.target);
        if (reason === 'close-press' || (reason === 'escape-key' && isHere)) onClose();
      }}
    >
      <Dialog.Portal container={stage} className="slack-over">
        <Dialog.Popup ref={box} className="slack-window" initialFocus={() => focusFirst(box.current)} finalFocus={back}>
          <div className="slack-window-head">
            <Dialog.Title className="slack-window-title">{title}</Dialog.Title>
            <Dialog.Close className="slack-window-x" aria-label="Dismiss">
              <svg viewBox="0 0 16 16" aria-hidden="true">
                <path d="m4 4 8 8M12 4l-8 8" />
              </svg>
            </Dialog.Close>
          </div>
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** A caret whose field has gone stays where it was, and Chrome looks for a place for it through all messages before it draws what comes next. */
function dropCaret(): void {
  const selection = getSelection();
  if (selection?.isCollapsed) selection.removeAllRanges();
}
