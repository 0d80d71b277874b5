/** What a configuration says, once `config/<stage>.yml` has been read and checked (src/config.ts does both). */

import type { Archive } from './manifest.ts';
import type { DependentKind } from './request.ts';

/** Who may say yes: a Slack user bound to an IAM user, its MFA device and its secret. */
export interface Approver {
  name: string;
  slackUser: string;
  /** ARN of the approver's IAM user. */
  user: string;
  /** ARN of the virtual MFA device (TOTP) of that user. */
  mfaSerial: string;
  /** Name of the secret that holds `{"accessKeyId", "secretAccessKey"}`. */
  secret: string;
  /** `role`: AssumeRole, one bucket; `user`: GetSessionToken, all that the user may. */
  session: 'role' | 'user';
  acceptUnlimitedSession: boolean;
}

export interface Rule {
  /** A bucket name with `*` for any run of characters and `?` for one. */
  buckets: string;
  /** Names of approvers. */
  approvers: string[];
  /** Slack user ids (`U…`) or user groups (`S…`); absent: all members of the channel. */
  requesters?: string[];
  windowSeconds: number;
  /** Are its buckets deleted only under a whole guard, and looked at once a day? Absent: no. */
  guard?: 'required' | undefined;
  /** What of a bucket keeps it from being deleted or emptied; absent: nothing, approvers are told. */
  refuseIf?: DependentKind[] | undefined;
  /** May a requester approve their own request? */
  requesterMayApprove: boolean;
  bypassGovernanceRetention: boolean;
  putLifecycleConfiguration: boolean;
}

export interface Config {
  account: string;
  region: string;
  slack: { team: string; app: string; channel: string; operatorsChannel?: string };
  paused: boolean;
  /** Whether the deletion role's trust asks `Null aws:TokenIssueTime true` (the code is in this very call). */
  requireCodeInCall: boolean;
  maxSessionSeconds: number;
  /** Where the manifests of what goes are written; absent: nowhere. */
  archive?: Archive | undefined;
  approvers: Record<string, Approver>;
  rules: Rule[];
}
