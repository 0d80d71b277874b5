import { memo, useEffect, useRef } from 'react';
import type { BucketNow } from '../../sandbox/page/wire.ts';
import { useLive } from '../live.ts';
import { useGone } from './gone.ts';

export function Buckets() {
  const buckets = useLive((live) => live.buckets);
  const hello = useLive((live) => live.hello);
  const gone = useGone(buckets, hello?.boot);
  const there = new Set(buckets);
  const rows = [...buckets, ...gone].sort((one, other) => (one.name < other.name ? -1 : 1));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and nothing in it takes the focus
    <section className="pane-body" tabIndex={0} aria-label="All buckets">
      <table className="aws-buckets">
        <thead>
          <tr>
            <th scope="col">Bucket</th>
            <th scope="col">Guard</th>
            <th scope="col" className="aws-number">
              Versions
            </th>
            <th scope="col" className="aws-number">
              Markers
            </th>
            <th scope="col" className="aws-number">
              Size
            </th>
            <th scope="col">Versioning</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((bucket) => (
            <Row key={bucket.name} {...bucket} elsewhere={elsewhere(bucket, hello)} gone={!there.has(bucket)} />
          ))}
        </tbody>
      </table>
      <p className="hidden-visually" aria-live="polite">
        {gone.map(({ name }) => `${name} is deleted.`).join(' ')}
      </p>
    </section>
  );
}

/** Where a bucket is, if not where the sandbox is. */
function elsewhere(bucket: BucketNow, hello: { account: string; region: string } | null): string {
  const parts = [bucket.account !== hello?.account && `account ${bucket.account}`, bucket.region !== hello?.region && bucket.region];
  return hello ? parts.filter(Boolean).join(', ') : '';
}

interface RowProps extends BucketNow {
  elsewhere: string;
  gone: boolean;
}

/** Drawn again where one of its values is another: each telling brings objects of its own. */
const Row = memo(function Row({ elsewhere, gone, ...bucket }: RowProps) {
  const { name, versions, markers, bytes, uploads, versioning, guard, held, objectLock, mfaDelete } = bucket;
  const row = useRef<HTMLTableRowElement>(null);
  // That it goes is what one waits for: it may be below what is in sight.
  useEffect(() => {
    if (gone) row.current?.scrollIntoView({ block: 'nearest' });
  }, [gone]);
  return (
    <tr ref={row} className={gone ? 'gone' : undefined}>
      <th scope="row">
        <span className="aws-name">{name}</span>
        {elsewhere && <span className="aws-where">{elsewhere}</span>}
        <span className="aws-marks">
          {gone && <span className="aws-mark bad">deleted</span>}
          {held && !gone && <span className="aws-mark warn">writers held off</span>}
          {objectLock && <span className="aws-mark">Object Lock</span>}
          {mfaDelete && <span className="aws-mark">MFA Delete</span>}
          {uploads > 0 && <span className="aws-mark">{uploads === 1 ? 'one upload' : `${uploads} uploads`} unfinished</span>}
        </span>
      </th>
      <td>{guard ? <span className="aws-mark good">{guard}</span> : <span className="quiet">none</span>}</td>
      <td className="aws-number">{versions.toLocaleString('en')}</td>
      <td className="aws-number">{markers.toLocaleString('en')}</td>
      <td className="aws-number">{size(bytes)}</td>
      <td>{versioning === 'Enabled' ? 'on' : versioning === 'Suspended' ? 'suspended' : 'off'}</td>
    </tr>
  );
});

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

function size(bytes: number): string {
  const unit = bytes === 0 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const amount = bytes / 1000 ** unit;
  return `${amount < 10 && unit > 0 ? amount.toFixed(1) : Math.round(amount)} ${UNITS[unit]}`;
}
