import { Dialog } from '@base-ui/react/dialog';
import { useMemo } from 'react';
import { encode } from 'uqr';
import type { Device } from '../../sandbox/page/wire.ts';
import { useLive } from '../live.ts';

/** A clock that is more than this ahead makes the codes of a phone worth nothing: AWS takes two steps of drift. */
const DRIFT_MS = 60_000;

/** A button that shows the device's secret as a QR code, for somebody's own phone. */
export function ShowQr({ device: { owner, uri } }: { device: Device }) {
  const shift = useLive((live) => live.shift);
  return (
    <Dialog.Root>
      <Dialog.Trigger className="button" aria-label={`Show QR code of ${owner}’s device`}>
        Show QR code
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="popup">
          <Dialog.Title className="popup-title">{owner}’s device on your phone</Dialog.Title>
          <Dialog.Description>Scan this with any authenticator app, and your own phone takes the part.</Dialog.Description>
          <QrCode text={uri} name={`QR code of ${owner}’s device`} />
          <p className={shift > DRIFT_MS ? 'authenticator-warning' : 'quiet'}>
            {shift > DRIFT_MS
              ? 'The sandbox’s clock is ahead of your phone’s just now, so the phone’s codes won’t be taken. Start over to set it back.'
              : 'Your phone goes by real time: its codes work as long as the sandbox’s clock isn’t ahead.'}
          </p>
          <div className="popup-buttons">
            <Dialog.Close className="button primary">Close</Dialog.Close>
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function QrCode({ text, name }: { text: string; name: string }) {
  const { size, path } = useMemo(() => drawn(text), [text]);
  return (
    <svg className="authenticator-qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={name} shapeRendering="crispEdges">
      <path d={path} />
    </svg>
  );
}

/** Four modules of margin, as scanners want it (ISO/IEC 18004, "Quiet zone"). */
function drawn(text: string): { size: number; path: string } {
  const { size, data } = encode(text, { ecc: 'M', border: 4 });
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return { size, path };
}
