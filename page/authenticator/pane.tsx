import { useLive } from '../live.ts';
import { DeviceCard } from './device.tsx';
import './pane.css';

/** What the approvers have in their pockets. No live region: a code that is read out every thirty seconds helps nobody. */
export function AuthenticatorPane() {
  const devices = useLive((live) => live.devices);
  const approvers = useLive((live) => live.hello?.approvers) ?? [];
  const root = devices.find(({ owner }) => owner === 'root');
  return (
    <section aria-label="Authenticator" className="pane">
      <div className="pane-head">
        <h2>Authenticator</h2>
      </div>
      <div className="pane-body authenticator-body">
        {devices.length === 0 && <p className="quiet">No device yet.</p>}
        {approvers.map((name) => {
          const device = devices.find(({ owner }) => owner === name);
          return device && <DeviceCard key={device.serial} device={device} />;
        })}
        {root && (
          <details className="authenticator-root">
            <summary>root’s device, for MFA Delete</summary>
            <DeviceCard device={root} />
          </details>
        )}
      </div>
    </section>
  );
}
