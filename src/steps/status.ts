/** What `status` and the App Home list: a person's own requests, and those that wait for them. Slack waits three seconds: what can be read at once is. */
import type { Locks } from '../aws/locks.ts';
import type { RequestRow, Requests } from '../aws/requests.ts';
import type { Config } from '../config.ts';
import { approversOf, decide } from '../domain/rules.ts';
import { untilOf } from '../domain/window.ts';
import type { Person } from '../slack/desk.ts';
import type { Listed, Status } from '../slack/views/status.ts';

export interface StatusParts {
  config: Config;
  requests: Pick<Requests, 'byRequester' | 'byId'>;
  locks: Pick<Locks, 'open'>;
}

/** So many of the latest are looked through; a list shows fewer. */
const OWN = 20;

export async function statusOf(person: Person, { config, requests, locks }: StatusParts): Promise<Status> {
  const { user, team } = person;
  if (team !== config.slack.team) return { mine: [], forMe: [] };
  const mayApprove = ({ bucket, requester = '' }: { bucket: string; requester?: string }) =>
    decide({ kind: 'approve', bucket, team, user, requester }, config).allow;

  /** The locks name the buckets of all open requests: only those are read whose rule lets this person approve. */
  async function waiting(): Promise<RequestRow[]> {
    const approves = config.rules.some((rule) => approversOf(config, rule).some(({ slackUser }) => slackUser === user));
    if (!approves) return [];
    const theirs = (await locks.open()).filter(mayApprove);
    const rows = await requests.byId(theirs.map(({ requestId }) => requestId));
    return rows.filter((row) => row.state === 'waiting' && mayApprove(row));
  }

  const [mine, forMe] = await Promise.all([requests.byRequester(user, OWN), waiting()]);
  return { mine: mine.map(listed), forMe: forMe.map(listed), channel: config.slack.channel };
}

function listed(row: RequestRow): Listed {
  return {
    request: { ...row, expiresAt: untilOf(row) },
    state: row.state,
    outcome: row.outcome,
    closedAt: row.closedAt,
    progress: row.progress,
  };
}
