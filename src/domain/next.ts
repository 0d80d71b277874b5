/** What each outcome means for the person who asked: what to do next, in a sentence. */
import type { Outcome } from './request.ts';

export function nextStep(outcome: Outcome): string {
  switch (outcome) {
    case 'deleted':
      return 'Nothing more to do. Whoever wants the name again may have to wait up to three days.';
    case 'rehearsed':
      return 'Ask again without *Rehearse* to have it deleted.';
    case 'rejected':
      return 'Nothing was deleted. Talk to the approver, then ask again if need be.';
    case 'cancelled':
      return 'Nothing was deleted. You can ask again at any time.';
    case 'expired':
      return 'Nothing was deleted. Ask again when an approver has time.';
    case 'refused':
      return 'Nothing was deleted.';
    case 'locked':
      return 'Nothing was deleted. Ask again, so that the approver can start over.';
    case 'stopped':
      return 'Nothing more is done about it. Talk to an operator before you ask again.';
    case 'failed':
      return 'Look whether the bucket is still there before you ask again; an operator finds the cause in the logs.';
  }
}

/** Sentences for the error names that end a flow; the name itself for others. */
export function whyFailed(errorName: string): string {
  switch (errorName) {
    case 'TryAgain':
      return 'A service it depends on kept failing, though it was tried several times.';
    case 'SealBroken':
    case 'BadInput':
      return 'Its input was not what was asked for in Slack, so nothing was done with it. An operator should look into who started it.';
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
