/**
 * Who may do what with a bucket, and why (not). The first rule whose pattern matches counts; no rule, no deletion.
 * `decide` is asked at the click, in Inspect and again in Elevate, with the configuration deployed then.
 */
import { parseBucket } from './bucket-name.ts';
import type { Approver, Config, Rule } from './configuration.ts';
import { matches } from './patterns.ts';

/** What somebody wants to do. Users are Slack user ids. */
export type Act =
  | { kind: 'ask'; bucket: string; team: string; user: string; standing: Standing }
  | { kind: 'approve' | 'reject'; bucket: string; team: string; user: string; requester: string }
  | { kind: 'cancel' | 'stop'; bucket: string; team: string; user: string; requester: string }
  /** The flow goes on with a request of this requester. */
  | { kind: 'proceed'; bucket: string; team: string; user: string };

/** What Slack says of somebody who asks. */
export interface Standing {
  /** Is this person a member of the approvals channel, and no guest? */
  inChannel: boolean;
  /** Of the user groups that rules name, those that this person is in. */
  groups: string[];
}

export type Refusal = 'paused' | 'otherTeam' | 'noRule' | 'notRequester' | 'notApprover' | 'ownRequest';

export type Decision =
  | { allow: true; rule?: Rule; approvers: Approver[]; approver?: Approver }
  | { allow: false; reason: Refusal; why: string; whoCan: string[] };

/** The rule that counts for a bucket. */
export function ruleFor(config: Config, bucket: string): Rule | undefined {
  return config.rules.find((rule) => matches(rule.buckets, bucket));
}

/** May it be asked for that governance retention is bypassed, of the bucket that somebody typed? Where they typed none, they may type one that any rule is for. */
export function mayAskToBypass(config: Config, typed: string): boolean {
  const parsed = parseBucket(typed);
  const rules = parsed.ok ? [ruleFor(config, parsed.bucket)] : config.rules;
  return rules.some((rule) => rule?.bypassGovernanceRetention);
}

/** The approvers that a rule names. */
export function approversOf(config: Config, rule: Rule): Approver[] {
  return rule.approvers.flatMap((name) => config.approvers[name] ?? []);
}

/** Decides one act; a refusal says why in a sentence for the person, and which Slack users can. */
export function decide(act: Act, config: Config): Decision {
  if (act.team !== config.slack.team) return refuse('otherTeam', 'This workspace is not the one that Interlock is set up for.');
  if (act.kind === 'cancel') {
    return act.user === act.requester
      ? { allow: true, approvers: [] }
      : refuse('notRequester', 'Only the person who asked can cancel.', [act.requester]);
  }
  // Whoever may say yes may say no more; also while all is paused.
  if (act.kind === 'stop') {
    const rule = ruleFor(config, act.bucket);
    const whoCan = [act.requester, ...(rule ? approversOf(config, rule).map((approver) => approver.slackUser) : [])];
    return whoCan.includes(act.user)
      ? { allow: true, approvers: [] }
      : refuse('notApprover', 'Only the person who asked and the approvers can stop it.', [...new Set(whoCan)]);
  }
  if (config.paused) {
    return refuse('paused', 'Interlock is paused by its operators: nothing can be asked, approved or deleted until they go on.');
  }
  const rule = ruleFor(config, act.bucket);
  if (!rule) {
    return refuse('noRule', `No rule names who approves requests for ${act.bucket}. An operator can add one to the configuration.`);
  }
  const approvers = approversOf(config, rule);
  const whoCan = approvers.map((approver) => approver.slackUser);
  switch (act.kind) {
    case 'ask':
    case 'proceed':
      if (!mayAsk(act, rule)) {
        return rule.requesters
          ? refuse('notRequester', 'Only those whom the rule for this bucket names may ask for it.', rule.requesters)
          : refuse(
              'notRequester',
              'Only members of the approvals channel may ask for it, and guests only where the rule for this bucket names them.',
            );
      }
      if (!rule.requesterMayApprove && whoCan.every((user) => user === act.user)) {
        return refuse(
          'ownRequest',
          'Its only approver is the person who asks, and the rule wants somebody else to approve. An operator can add an approver.',
        );
      }
      return { allow: true, rule, approvers };
    case 'approve':
    case 'reject': {
      const approver = approvers.find((one) => one.slackUser === act.user);
      if (!approver) return refuse('notApprover', 'You are not an approver of this bucket.', whoCan);
      if (act.user === act.requester && !rule.requesterMayApprove) {
        return refuse(
          'ownRequest',
          'You asked for this yourself, and the rule wants somebody else to decide it. You can cancel it.',
          whoCan.filter((user) => user !== act.user),
        );
      }
      return { allow: true, rule, approvers, approver };
    }
  }
}

/** Groups and the channel are Slack's to tell, when it is asked; once asked, the seal shows that they were looked at. */
function mayAsk(act: Extract<Act, { kind: 'ask' | 'proceed' }>, { requesters }: Rule): boolean {
  if (requesters?.includes(act.user)) return true;
  if (act.kind === 'proceed') return !requesters || requesters.some(isGroup);
  return requesters ? act.standing.groups.some((group) => requesters.includes(group)) : act.standing.inChannel;
}

/** Is this the id of a user group? */
export function isGroup(id: string): boolean {
  return id.startsWith('S');
}

function refuse(reason: Refusal, why: string, whoCan: string[] = []): Decision {
  return { allow: false, reason, why, whoCan };
}
