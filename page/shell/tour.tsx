/** The tour: four steps through the main job. It looks on and moves on by itself, as somebody does what it says. */
import { useCallback, useRef, useState } from 'react';
import { type ExecutionNow, useLive } from '../live.ts';
import type { PaneName } from './panes.tsx';
import { recall, remember } from './remembered.ts';
import './tour.css';

const KEY = 'interlock-tour';
/** The button that begins it, to which focus goes when it ends. */
export const BEGINS = 'tour-begins';
/** What the tour deletes: the first that is there as it begins. All of them are empty. */
const BUCKETS = ['team-scratch', 'team-frankfurt'] as const;

interface Step {
  title: string;
  pane: PaneName;
  /** Who has to be somebody else for it. */
  as?: string;
  text: (bucket: string) => string;
}

const STEPS: Step[] = [
  {
    title: 'Ask',
    pane: 'Slack',
    as: 'riya',
    text: (bucket) =>
      `You are riya, and your team wants its bucket gone. Type /delete-bucket ${bucket} in the message box, give a reason, and send it.`,
  },
  {
    title: 'Look at what is asked',
    pane: 'Slack',
    as: 'alice',
    text: () => 'Be alice: the rules name her. Read in the channel what would be destroyed, and click Approve with MFA code.',
  },
  {
    title: 'Give the code',
    pane: 'Authenticator',
    as: 'alice',
    text: (bucket) =>
      `Copy the six digits that alice’s device shows, type the bucket’s name, ${bucket}, and submit. A wrong code first? AWS refuses it, and she is told.`,
  },
  {
    title: 'Watch it go',
    pane: 'Flow',
    text: () =>
      'AWS took the code and gave a session, for this one bucket. The flow deletes it, and AWS’s calls say who did what, and which statement let them.',
  },
];

const LAST = STEPS.length - 1;
const DONE =
  'The bucket is deleted, everybody is told, and the code is worth nothing any more. Go on by breaking in: the AWS pane has buttons that try.';

export interface TourNow {
  /** From 0; undefined: there is no tour just now. */
  at: number | undefined;
  bucket: string;
  done: boolean;
  pane: PaneName | undefined;
  begin: () => void;
  end: () => void;
}

/** Where the tour is, by what has happened to its bucket. */
export function useTour(user: string): TourNow {
  const boot = useLive((live) => live.hello?.boot);
  const executions = useLive((live) => live.executions);
  const buckets = useLive((live) => live.buckets);
  const modal = useLive((live) => live.modal);
  const [open, setOpen] = useState(() => recall('sessionStorage', KEY) !== 'over');
  /** In this run of the sandbox; in another one it begins with the first. */
  const [chosen, choose] = useState<{ boot: string | undefined; bucket: string }>({ boot, bucket: BUCKETS[0] });
  const isThere = (bucket: string) => buckets.some(({ name }) => name === bucket);
  const first = BUCKETS.find(isThere) ?? BUCKETS[0];
  const begin = useCallback(() => {
    remember('sessionStorage', KEY, 'begun');
    choose({ boot, bucket: first });
    setOpen(true);
  }, [boot, first]);
  const end = useCallback(() => {
    remember('sessionStorage', KEY, 'over');
    setOpen(false);
  }, []);
  const bucket = chosen.boot === boot ? chosen.bucket : BUCKETS[0];
  const ours = executions.findLast((execution) => execution.bucket === bucket);
  // A flow that ended well may have ended with a rejection: what is gone, AWS says.
  const step = stepOf(ours, user === 'alice' && modal !== null);
  const done = buckets.length > 0 && !isThere(bucket) && step !== LAST;
  const at = done ? LAST : step;
  return { at: open ? at : undefined, bucket, done, pane: open ? (STEPS[at]?.pane ?? undefined) : undefined, begin, end };
}

function stepOf(execution: ExecutionNow | undefined, isApproving: boolean): number {
  if (execution?.status !== 'RUNNING') return 0;
  const inside = execution.visits.at(-1)?.name;
  const isGiven = execution.visits.some(({ name }) => name === 'SessionGiven?');
  if (isGiven && inside !== 'AskApprover') return LAST;
  return isApproving || isGiven ? 2 : 1;
}

export function Tour({ tour: { at, bucket, done, end }, onUser }: { tour: TourNow; onUser: (user: string) => void }) {
  const user = useLive((live) => live.hello?.user);
  const said = useRef<HTMLDivElement>(null);
  const step = at === undefined ? undefined : STEPS[at];
  if (at === undefined || !step) return null;
  return (
    <aside className="tour" aria-label="Tour">
      <p className="tour-count quiet">
        Step {at + 1} of {STEPS.length}
      </p>
      <div ref={said} className="tour-said" aria-live="polite" tabIndex={-1}>
        <p className="tour-title">{done ? `${bucket} is gone` : step.title}</p>
        <p>{done ? DONE : step.text(bucket)}</p>
      </div>
      <ol className="tour-steps" aria-hidden="true">
        {STEPS.map(({ title }, index) => (
          <li key={title} data-state={index < at || done ? 'done' : index === at ? 'now' : 'ahead'} />
        ))}
      </ol>
      <div className="tour-buttons">
        {step.as && user !== step.as && (
          <button
            type="button"
            className="button primary"
            onClick={() => {
              onUser(step.as ?? '');
              // The button goes, and focus would go with it.
              said.current?.focus();
            }}
          >
            Be {step.as}
          </button>
        )}
        <button
          type="button"
          className="button"
          onClick={() => {
            end();
            document.getElementById(BEGINS)?.focus();
          }}
        >
          {done ? 'Close the tour' : 'Skip the tour'}
        </button>
      </div>
    </aside>
  );
}
