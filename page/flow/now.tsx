/** The state that the execution is in, seen and said. */
import { useEffect, useState } from 'react';
import type { ExecutionNow } from '../live.ts';
import { statusOf } from './times.ts';

/** States come by faster than they can be read out: what has stayed this long is said. */
const SETTLED = 900;

export function Now({ execution, now }: { execution: ExecutionNow | undefined; now: string | null }) {
  const words = execution ? (now ?? statusOf(execution.status)) : '';
  const [said, setSaid] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setSaid(words), SETTLED);
    return () => clearTimeout(timer);
  }, [words]);
  return (
    <>
      {execution && (
        <span className="flow-now" data-status={execution.status} aria-hidden="true">
          {words}
        </span>
      )}
      <span className="hidden-visually" aria-live="polite">
        {said && `The flow: ${said}`}
      </span>
    </>
  );
}
