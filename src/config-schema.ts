/** The shape of `config/<stage>.yml`: each member's grammar, and the sentence for somebody who got it wrong. */
import * as z from 'zod';
import { DEPENDENT_KINDS } from './domain/request.ts';

/** Waits over 24 days fire at once in Node's timers, so a window ends well before. */
const LONGEST_WINDOW = 20 * 86_400;

/** Seconds in `90s`, `15m`, `8h`, `2d`; NaN for anything else. */
export function seconds(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,6})([smhd])$/.exec(text) ?? [];
  return Number(count) * ({ s: 1, m: 60, h: 3600, d: 86_400 }[unit ?? ''] ?? Number.NaN);
}

/** Text of a grammar; `what` completes "must be …". */
const text = (grammar: RegExp, what: string) => z.string({ error: must(`be ${what}`) }).regex(grammar, { error: `must be ${what}` });

/** An absent member says so, whatever else is wrong with it. */
function must(be: string) {
  return (issue: { input?: unknown }): string => (issue.input === undefined ? `is missing; it must ${be}` : `must ${be}`);
}

const slackId = (letters: string, kind: string, where: string) =>
  text(
    new RegExp(`^[${letters}][A-Z0-9]{2,20}$`),
    `a Slack ${kind} id: ${[...letters].join(' or ')}, then capital letters and digits (${where})`,
  );

const flag = z.boolean({ error: must('be true or false') }).default(false);

function duration(from: number, to: number, range: string) {
  const what = `a number with its unit, as in 90s, 15m, 8h or 2d: ${range}`;
  return z
    .string({ error: must(`be ${what}`) })
    .refine((value) => seconds(value) >= from && seconds(value) <= to, { error: `must be ${what}` })
    .transform(seconds);
}

const userId = slackId('UW', 'user', 'in Slack: the profile, "Copy member ID"');
const channelId = slackId('CG', 'channel', "in Slack: the channel's details, at the bottom");

const approver = z.strictObject({
  slackUser: userId,
  user: text(
    /^arn:aws:iam::\d{12}:user\/(?:(?:(?![*?$])[\x21-\x7e])+\/)?[\w+=,.@-]{2,64}$/,
    "the ARN of the approver's own IAM user, arn:aws:iam::<account>:user/<name>, its path without *, ? or $, its name of 2 to 64 letters, digits or +=,.@_- (root and roles can't approve)",
  ),
  // What it must be is told by the checks, which know what people write here instead.
  mfaSerial: z.string({ error: must('be the ARN of a virtual MFA device, arn:aws:iam::<account>:mfa/<name>') }),
  secret: text(/^[\w/+=.@-]{1,512}$/, "the name of the secret that holds the approver's access key, not its ARN and never the key"),
  session: z.enum(['role', 'user'], {
    error: must('be role (a code opens one bucket) or user (a code opens all that the user may)'),
  }),
  acceptUnlimitedSession: flag,
});

const rule = z.strictObject({
  buckets: text(
    /^(?=.*[a-z0-9*?])[a-z0-9*?](?:[a-z0-9.*?-]*[a-z0-9*?])?$/,
    "a bucket's name in lower-case letters, digits, dots and hyphens, with * for any run of characters and ? for one",
  ),
  approvers: z
    .array(z.string({ error: must('be the name of an approver') }), { error: must('be a list of approvers, as in [alice, bob]') })
    .min(1, { error: 'is empty; name who approves, or remove the rule (no rule, no deletion)' }),
  requesters: z
    .array(slackId('UWS', 'user or user group', 'in Slack: the profile, "Copy member ID", or the address of the group'), {
      error: must('be a list of Slack ids'),
    })
    .min(1, { error: 'is empty; name who may ask, or leave it out (all members of the channel may)' })
    .optional(),
  guard: z
    .literal('required', {
      error: must('be required (nothing is deleted without a whole guard, and each is looked at once a day), or be left out'),
    })
    .optional(),
  refuseIf: z
    .array(z.enum(DEPENDENT_KINDS, { error: must(`be one of ${DEPENDENT_KINDS.join(', ')}`) }), {
      error: must(`be a list of what is refused, of ${DEPENDENT_KINDS.join(', ')}`),
    })
    .min(1, { error: 'is empty; name what is refused, or leave it out (approvers are told of all of it, and nothing is refused)' })
    .optional(),
  window: duration(1, LONGEST_WINDOW, 'how long a request waits, 1s to 20d'),
  requesterMayApprove: flag,
  bypassGovernanceRetention: flag,
  putLifecycleConfiguration: flag,
});

/** Names of approvers become names in the template, which knows letters and digits only. */
const approverName = z.string().regex(/^[a-z][a-z0-9]{0,31}$/, {
  error: "an approver's name must be lower-case letters and digits, a letter first, 32 at most",
});

export const configSchema = z.strictObject(
  {
    account: text(/^\d{12}$/, "the AWS account's twelve digits, in quotes"),
    region: text(/^(?!cn-|us-gov-|us-iso)[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/, 'the region of the stack, as in us-east-1 (in the partition aws)'),
    slack: z.strictObject(
      {
        team: slackId('T', 'workspace', 'in the address of Slack in a browser'),
        app: slackId('A', 'app', 'on the app\'s page, "Basic Information"'),
        channel: channelId,
        operatorsChannel: channelId.optional(),
      },
      { error: must('hold team, app and channel') },
    ),
    paused: flag,
    requireCodeInCall: z.boolean({ error: must('be true or false') }).default(true),
    maxSession: duration(900, 4 * 3600, "how long an approver's session may last, 15m to 4h").default(3600),
    archive: z
      .strictObject(
        {
          bucket: text(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "a bucket's name, without * or ?"),
          prefix: text(
            /^[\w.-]+(?:\/[\w.-]+){0,9}$/,
            'the beginning of keys: letters, digits or ._-, with slashes between them and none at its ends',
          ).default('interlock'),
          acceptRule: flag,
        },
        { error: must('hold bucket, and prefix if it is another than interlock') },
      )
      .optional(),
    approvers: z
      .record(approverName, approver, { error: must('hold at least one approver by name') })
      .refine((all) => Object.keys(all).length > 0, {
        error: 'is empty; add an approver',
      }),
    rules: z.array(rule, { error: must('be a list of rules') }).min(1, { error: 'is empty; add a rule (no rule, no deletion)' }),
  },
  { error: 'must be a mapping of account, region, slack, approvers and rules' },
);

export type RawConfig = z.infer<typeof configSchema>;
