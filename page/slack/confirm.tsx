/** Slack's own question before a click that says it wants one (`confirm`). */
import type { Confirm } from './shapes.ts';
import { Text } from './text.tsx';
import { Window } from './window.tsx';

interface ConfirmDialogProps {
  confirm: Confirm;
  open: boolean;
  onClose: () => void;
  onConfirm: () => void;
}

export function ConfirmDialog({ confirm, open, onClose, onConfirm }: ConfirmDialogProps) {
  return (
    <Window title={<Text of={confirm.title} />} open={open} onClose={onClose} isQuestion>
      <div className="slack-window-body">
        <p className="slack-text">
          <Text of={confirm.text} />
        </p>
      </div>
      <div className="slack-window-foot">
        <button type="button" className="slack-button" onClick={onClose}>
          <Text of={confirm.deny} />
        </button>
        <button
          type="button"
          className={`slack-button ${confirm.style ?? 'primary'}`}
          onClick={() => {
            onClose();
            onConfirm();
          }}
        >
          <Text of={confirm.confirm} />
        </button>
      </div>
    </Window>
  );
}
