/** Which execution is shown. */
import { memo } from 'react';
import { KEPT } from '../../sandbox/page/wire.ts';
import type { ExecutionNow } from '../live.ts';
import { plain } from '../plain.ts';
import { clockOf, statusOf } from './times.ts';

interface Props {
  executions: ExecutionNow[];
  shown: ExecutionNow | undefined;
  /** Null: the newest, whichever that comes to be. */
  onChoose: (name: string | null) => void;
}

export const ExecutionSelect = memo(function ExecutionSelect({ executions, shown, onChoose }: Props) {
  if (!shown) return null;
  const newest = executions.at(-1)?.name;
  return (
    <select
      className="flow-select"
      aria-label="Execution"
      value={shown.name}
      onChange={({ target }) => onChoose(target.value === newest ? null : target.value)}
    >
      {executions.toReversed().map(({ name, bucket, status, startDate }) => (
        <option key={name} value={name}>
          {clockOf(startDate)} · {statusOf(status)} · {bucket === null ? name : plain(`${bucket} · ${name}`)}
        </option>
      ))}
      {executions.length >= KEPT.executions && <option disabled>Only the newest {KEPT.executions} are listed</option>}
    </select>
  );
});
