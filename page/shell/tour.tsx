/** The tour: four steps through the main job. It looks on and moves on by itself, as somebody does what it says. */
import { useCallback, useState } from 'react';
import { type ExecutionNow, useLive } from '../live.ts';
import type { PaneName } from './panes.tsx';
import './tour.css';

const KEY = 'interlock-tour';
/** What the tour deletes. */
const BUCKET = 'team-scratch';

interface Step {
  title: string;
  pane: PaneName;
  /** Who has to be somebody else for it. */
  as?: string;
  text: string;
}

const STEPS: Step[] = [
  {
    title: 'Ask',
    pane: 'Slack',
    as: 'riya',
    text: `You are riya, and your team wants its bucket gone. Type /delete-bucket ${BUCKET} in the message box, give a reason, and send it.`,
  },
  {
    title: 'Look at what is asked',
    pane: 'Slack',
    as: 'alice',
    text: 'Be alice: the rules name her. Read in the channel what would be destroyed, and click Approve with MFA code.',
  },
  {
    title: 'Give the code',
    pane: 'Authenticator',
    as: 'alice',
    text: `Copy the six digits that alice’s device shows, type the bucket’s name, ${BUCKET}, and submit. A wrong code first? AWS refuses it, and she is told.`,
  },
  {
    title: 'Watch it go',
    pane: 'Flow',
    text: 'AWS took the code and gave a session, for this one bucket. The flow deletes it, and AWS’s calls say who did what, and which statement let them.',
  },
];

const DONE =
  'The bucket is deleted, everybody is told, and the code is worth nothing any more. Go on by breaking in: the AWS pane has buttons that try.';

export interface TourNow {
  /** From 0; undefined: there is no tour just now. */
  at: number | undefined;
  done: boolean;
  pane: PaneName | undefined;
  begin: () => void;
  end: () => void;
}

/** Where the tour is, by what has happened since it began. */
export function useTour(user: string): TourNow {
  const boot = useLive((live) => live.hello?.boot);
  const executions = useLive((live) => live.executions);
  const modal = useLive((live) => live.modal);
  const [open, setOpen] = useState(() => sessionStorage.getItem(KEY) !== 'over');
  /** The executions that were there when it began, in this run of the sandbox. */
  const [since, setSince] = useState({ boot, count: 0 });
  const begin = useCallback(() => {
    sessionStorage.removeItem(KEY);
    setSince({ boot, count: executions.length });
    setOpen(true);
  }, [boot, executions.length]);
  const end = useCallback(() => {
    sessionStorage.setItem(KEY, 'over');
    setOpen(false);
  }, []);
  const ours = executions.slice(since.boot === boot ? since.count : 0).at(-1);
  const at = stepOf(ours, user === 'alice' && modal !== null);
  const done = ours?.status === 'SUCCEEDED';
  return { at: open ? at : undefined, done, pane: open ? (STEPS[at]?.pane ?? undefined) : undefined, begin, end };
}

function stepOf(execution: ExecutionNow | undefined, isApproving: boolean): number {
  if (!execution || (execution.status !== 'RUNNING' && execution.status !== 'SUCCEEDED')) return 0;
  const inside = execution.visits.at(-1)?.name;
  const isGiven = execution.visits.some(({ name }) => name === 'SessionGiven?');
  if (isGiven && inside !== 'AskApprover') return 3;
  return isApproving || isGiven ? 2 : 1;
}

export function Tour({ tour: { at, done, end }, onUser }: { tour: TourNow; onUser: (user: string) => void }) {
  const user = useLive((live) => live.hello?.user);
  const step = at === undefined ? undefined : STEPS[at];
  if (at === undefined || !step) return null;
  return (
    <aside className="tour" aria-label="Tour">
      <p className="tour-count quiet">
        Step {at + 1} of {STEPS.length}
      </p>
      <div className="tour-said" aria-live="polite">
        <p className="tour-title">{done ? `${BUCKET} is gone` : step.title}</p>
        <p>{done ? DONE : step.text}</p>
      </div>
      <ol className="tour-steps" aria-hidden="true">
        {STEPS.map(({ title }, index) => (
          <li key={title} data-state={index < at || done ? 'done' : index === at ? 'now' : 'ahead'} />
        ))}
      </ol>
      <div className="tour-buttons">
        {step.as && user !== step.as && (
          <button type="button" className="button primary" onClick={() => onUser(step.as ?? '')}>
            Be {step.as}
          </button>
        )}
        <button type="button" className="button" onClick={end}>
          {done ? 'Close the tour' : 'Skip the tour'}
        </button>
      </div>
    </aside>
  );
}
