import { nextStep, whyFailed } from '../../src/domain/next.ts';
import { OUTCOMES } from '../../src/domain/request.ts';

describe('what to do next', () => {
  it('is said for each outcome', () => {
    const ofDeletions = OUTCOMES.filter((outcome) => !outcome.endsWith('guarded') && outcome !== 'emptied' && outcome !== 'purged');
    expect(Object.fromEntries(ofDeletions.map((outcome) => [outcome, nextStep(outcome, 'delete')]))).toMatchInlineSnapshot(`
{
  "cancelled": "Nothing was deleted. You can ask again at any time.",
  "deleted": "Nothing more to do. Whoever wants the name again may have to wait up to three days.",
  "expired": "Nothing was deleted. Ask again when an approver has time.",
  "failed": "Look whether the bucket is still there before you ask again; an operator finds the cause in the logs.",
  "locked": "Nothing was deleted. Ask again, so that the approver can start over.",
  "refused": "Nothing was deleted.",
  "rehearsed": "Ask again without *Rehearse* to have it deleted.",
  "rejected": "Nothing was deleted. Talk to the approver, then ask again if need be.",
  "stopped": "Nothing more is done about it. Talk to an operator before you ask again.",
}
`);
  });

  it('is said for each outcome of an emptying, which may have begun: it never says that nothing was deleted', () => {
    const ofEmptying = OUTCOMES.filter((outcome) => !outcome.endsWith('guarded') && outcome !== 'purged');
    const said = (kind: 'empty' | 'empty-delete' | 'purge') =>
      Object.fromEntries(ofEmptying.map((outcome) => [outcome, nextStep(outcome, kind)]));
    expect(said('empty')).toMatchInlineSnapshot(`
{
  "cancelled": "You can ask again at any time.",
  "deleted": "Nothing more to do. Whoever wants the name again may have to wait up to three days.",
  "emptied": "The empty bucket keeps its name, its settings and its guard. Ask again without *Keep the empty bucket* to have it deleted.",
  "expired": "Ask again when an approver has time.",
  "failed": "Look at what the bucket still holds before you ask again; an operator finds the cause in the logs.",
  "locked": "Ask again, so that the approver can start over.",
  "refused": "",
  "rehearsed": "Ask again without *Rehearse* to have it emptied.",
  "rejected": "Talk to the approver, then ask again if need be.",
  "stopped": "Nothing more is deleted, and what is gone stays gone. Ask again to go on with the rest.",
}
`);
    const differing = (kind: 'empty-delete' | 'purge') =>
      Object.fromEntries(Object.entries(said(kind)).filter(([outcome, text]) => said('empty')[outcome] !== text));
    expect(differing('purge')).toEqual({ rehearsed: 'Ask again without *Rehearse* to have it purged.' });
    expect(nextStep('purged', 'purge')).toMatch(/^Nothing that is current was touched\. /);
    expect(differing('empty-delete')).toMatchInlineSnapshot(`
{
  "failed": "Look whether the bucket is still there before you ask again; an operator finds the cause in the logs.",
  "rehearsed": "Ask again without *Rehearse* to have it emptied and deleted.",
}
`);
  });

  it('is said for each outcome of a change of a guard', () => {
    const ofGuards = OUTCOMES.filter((outcome) => !['deleted', 'emptied', 'purged'].includes(outcome));
    expect(Object.fromEntries(ofGuards.map((outcome) => [outcome, nextStep(outcome, 'guard-hardened')]))).toMatchInlineSnapshot(`
{
  "cancelled": "The guard is as it was. You can ask again at any time.",
  "expired": "The guard is as it was. Ask again when an approver has time.",
  "failed": "Look at the bucket’s policy before you ask again; an operator finds the cause in the logs.",
  "guarded": "Nothing more to do. Deleting the bucket, or changing its guard, takes an approver’s code from now on.",
  "locked": "The guard is as it was. Ask again, so that the approver can start over.",
  "refused": "The guard is as it was.",
  "rehearsed": "Ask again without *Rehearse* to have it changed.",
  "rejected": "The guard is as it was. Talk to the approver, then ask again if need be.",
  "stopped": "Nothing more is done about it. Talk to an operator before you ask again.",
  "unguarded": "Whoever may delete buckets in the account can delete it now, without a code: put the guard on again when you are done.",
}
`);
    expect(nextStep('guarded', 'guard-basic')).toMatchInlineSnapshot(
      `"Nothing more to do. Whoever may write the bucket’s policy can still take this guard off; the hardened one guards itself too."`,
    );
  });
});

describe('why it failed', () => {
  it('is said in words for the errors that end a flow', () => {
    const names = ['TryAgain', 'SealBroken', 'BadInput', 'ConfigError', 'States.Timeout', 'Unexpected', 'Lambda.Unknown'];
    expect(Object.fromEntries(names.map((name) => [name, whyFailed(name, 'delete')]))).toMatchInlineSnapshot(`
{
  "BadInput": "Its input was not what was asked for in Slack, so nothing was done with it. An operator should look into who started it.",
  "ConfigError": "The configuration or a secret is at fault; the log of the function says where.",
  "Lambda.Unknown": "A step failed (Lambda.Unknown).",
  "SealBroken": "Its input was not what was asked for in Slack, so nothing was done with it. An operator should look into who started it.",
  "States.Timeout": "A step took longer than it may.",
  "TryAgain": "A service it depends on kept failing, though it was tried several times.",
  "Unexpected": "Something failed that nobody foresaw.",
}
`);
    expect(whyFailed('TryAgain', 'guard-off')).toMatchInlineSnapshot(
      `"Others were changing the bucket’s policy all the while, or a service it depends on kept failing, though it was tried several times."`,
    );
  });
});
