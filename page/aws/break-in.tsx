import { useState } from 'react';
import type { BreakInAnswer, BreakIn as Tried } from '../../sandbox/page/wire.ts';
import { breakIn } from '../ask.ts';
import { useLive } from '../live.ts';
import './break-in.css';
import { plain } from '../plain.ts';

const tries = (approver: string): [Tried['try'], string][] => [
  ['delete-as-administrator', 'Delete as administrator'],
  ['delete-without-code', `Delete with ${approver}’s key, no code`],
  ['take-guard-off', 'Take the guard off'],
  ['replay-code', 'Replay the code'],
];

type Outcome = { answer: BreakInAnswer } | { problem: string };

/** Real calls with real keys of the sandbox, and how AWS answers them. */
export function BreakIn() {
  const buckets = useLive((live) => live.buckets);
  const approver = useLive((live) => live.hello?.approvers[0]) ?? 'alice';
  const [chosen, choose] = useState<string>();
  const [outcome, setOutcome] = useState<Outcome>();
  const [busy, setBusy] = useState(false);
  // A guarded one first: that is what there is to see.
  const ordered = [...buckets].sort((one, other) => Number(other.guard !== null) - Number(one.guard !== null));
  const bucket = (ordered.find(({ name }) => name === chosen) ?? ordered[0])?.name;
  const attempt = async (tried: Tried['try']) => {
    if (busy || bucket === undefined) return;
    setBusy(true);
    setOutcome(
      await breakIn({ try: tried, bucket, approver }).then(
        (answer) => ({ answer }),
        (error: Error) => ({ problem: sentence(error.message) }),
      ),
    );
    setBusy(false);
  };
  return (
    <div className="pane-body aws-break-in">
      <p>Try to get around the approval. These are real calls, signed with real keys of the sandbox.</p>
      <label className="aws-choice">
        Bucket
        <select className="button" value={bucket ?? ''} onChange={({ target }) => choose(target.value)}>
          {ordered.map(({ name, guard }) => (
            <option key={name} value={name}>
              {guard ? `${name} (guard: ${guard})` : name}
            </option>
          ))}
        </select>
      </label>
      <div className="aws-tries">
        {tries(approver).map(([name, words]) => (
          <button key={name} type="button" className="button" aria-disabled={busy || bucket === undefined} onClick={() => attempt(name)}>
            {words}
          </button>
        ))}
      </div>
      <div aria-live="polite">{outcome && <Shown {...outcome} />}</div>
    </div>
  );
}

function Shown(outcome: Outcome) {
  if ('problem' in outcome) return <p className="aws-answer">{outcome.problem}</p>;
  const { done, asked, error, words } = outcome.answer;
  return (
    <div className={done ? 'aws-answer done' : 'aws-answer denied'}>
      <p>
        <strong>{done ? 'AWS did it.' : 'AWS refused.'}</strong> <span className="aws-asked">{asked}</span>
      </p>
      {error && <code className="aws-error">{plain(`${error.code}: ${error.message}`)}</code>}
      <p>{words}</p>
    </div>
  );
}

const sentence = (said: string) => `${said.charAt(0).toUpperCase()}${said.slice(1)}${/[.?!]$/.test(said) ? '' : '.'}`;
