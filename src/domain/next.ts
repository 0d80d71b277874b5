/** What each outcome means for the person who asked: what to do next, in a sentence. */
import { isGuardKind, isLongKind, type Kind, type Outcome } from './request.ts';

const REHEARSED: Partial<Record<Kind, string>> = {
  delete: 'deleted',
  'empty-delete': 'emptied and deleted',
  empty: 'emptied',
  purge: 'purged',
};

export function nextStep(outcome: Outcome, kind: Kind): string {
  const untouched = isGuardKind(kind) ? 'The guard is as it was.' : kind === 'delete' ? 'Nothing was deleted.' : '';
  const lead = untouched === '' ? '' : `${untouched} `;
  switch (outcome) {
    case 'deleted':
      return 'Nothing more to do. Whoever wants the name again may have to wait up to three days.';
    case 'emptied':
      return 'The empty bucket keeps its name, its settings and its guard. Ask again without *Keep the empty bucket* to have it deleted.';
    case 'purged':
      return 'Nothing that is current was touched. To have S3 do this by itself from now on, put a lifecycle rule on the bucket.';
    case 'guarded':
      return kind === 'guard-basic'
        ? 'Nothing more to do. Whoever may write the bucket’s policy can still take this guard off; the hardened one guards itself too.'
        : 'Nothing more to do. Deleting the bucket, or changing its guard, takes an approver’s code from now on.';
    case 'unguarded':
      return 'Whoever may delete buckets in the account can delete it now, without a code: put the guard on again when you are done.';
    case 'rehearsed':
      return `Ask again without *Rehearse* to have it ${REHEARSED[kind] ?? 'changed'}.`;
    case 'rejected':
      return `${lead}Talk to the approver, then ask again if need be.`;
    case 'cancelled':
      return `${lead}You can ask again at any time.`;
    case 'expired':
      return `${lead}Ask again when an approver has time.`;
    case 'refused':
      return untouched;
    case 'locked':
      return `${lead}Ask again, so that the approver can start over.`;
    case 'stopped':
      if (isLongKind(kind)) return 'Nothing more is deleted, and what is gone stays gone. Ask again to go on with the rest.';
      return 'Nothing more is done about it. Talk to an operator before you ask again.';
    case 'failed':
      if (kind === 'empty' || kind === 'purge')
        return 'Look at what the bucket still holds before you ask again; an operator finds the cause in the logs.';
      return !isGuardKind(kind)
        ? 'Look whether the bucket is still there before you ask again; an operator finds the cause in the logs.'
        : 'Look at the bucket’s policy before you ask again; an operator finds the cause in the logs.';
  }
}

/** Sentences for the error names that end a flow, of a request of this kind; the name itself for others. */
export function whyFailed(errorName: string, kind: Kind): string {
  switch (errorName) {
    case 'TryAgain':
      return isGuardKind(kind)
        ? 'Others were changing the bucket’s policy all the while, or a service it depends on kept failing, though it was tried several times.'
        : 'A service it depends on kept failing, though it was tried several times.';
    case 'AnswerLost':
      return 'AWS gave no answer, so nobody knows what came of it.';
    case 'SealBroken':
    case 'BadInput':
      return 'Its input was not what was asked for in Slack, so nothing was done with it. An operator should look into who started it.';
    case 'ForeignAnswer':
      return 'Somebody answered in place of Interlock, so nothing was done with it. An operator should look into who may call states:SendTaskSuccess.';
    case 'ForeignResult':
      return 'A function of Interlock’s said what it never says, so nothing more was done. An operator should look into who changed its code.';
    case 'ConfigError':
      return 'The configuration or a secret is at fault; the log of the function says where.';
    case 'SlackRefused':
      return 'It could be shown to nobody: Slack takes no message for the approvals channel or the approvers. An operator mends that.';
    case 'States.Timeout':
      return 'A step took longer than it may.';
    case 'Unexpected':
      return 'Something failed that nobody foresaw.';
    default:
      return `A step failed (${errorName}).`;
  }
}
