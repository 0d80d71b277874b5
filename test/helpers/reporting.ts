/** Reports in memory: what stands in the record, what was sent, planned and stopped, and whom Slack let hear what. */
import type { Spent } from '../../src/aws/attempts.ts';
import type { RequestRow } from '../../src/aws/requests.ts';
import type { SealContext } from '../../src/aws/sealed.ts';
import type { Answer, Elevation } from '../../src/domain/request.ts';
import { SealBroken } from '../../src/errors.ts';
import { Secret } from '../../src/secret.ts';
import type { ReportParts, ToReport } from '../../src/steps/report.ts';
import { aConfig, anAnswer, anElevation, aRequest, someFacts } from './models.ts';
import { textOf } from './story.ts';

export const request = aRequest();
export const { requestId } = request;
export const OPERATORS = 'C0OPERATORS';
export const base = aConfig();
export const config = aConfig({ slack: { ...base.slack, operatorsChannel: OPERATORS } });
export const answer: Answer = anAnswer();
export const session: Elevation = anElevation();
export const REFUSED = 'AWS refused the code: it is wrong, or was used already.';
export const refusal: Elevation = { ...session, verdict: 'askAgain', why: REFUSED, sealedSession: null, triesLeft: 2 };
export const deletion: ToReport = {
  requestId,
  request,
  conclusion: { outcome: 'deleted', why: '', by: 'U0ALICE' },
  went: '',
  at: '2026-11-02T09:10:00.000Z',
  answer,
  elevation: session,
  emptying: null,
  work: { verdict: 'deleted', why: '', auditHead: 'c' },
};
export const refused = { outcome: 'refused', why: 'It is not empty.', by: null } as const;
export const eventBridge: ToReport = { ...deletion, request: null, answer: null, elevation: null, work: null };

interface World {
  /** What stands in the record, what Slack was given, and what it says to the posts to come: an error's name, or nothing. */
  row: RequestRow;
  posts: { to: string; text: string; thread?: string }[];
  /** The messages that were edited, by channel and time. */
  edits: string[];
  faults: Record<string, string[]>;
  /** The codes that were sent, by what elevate wrote. */
  spent: Spent[];
  /** The trail. */
  entries: string[];
  whats: { by?: string | null }[];
  /** Whose workers were told to stop; how often that fails at first. */
  stops: { requestId: string; why: string; by: string }[];
  unstoppable: number;
  /** Who pressed Stop, and the last plan of an emptying. */
  stop: { by: string; why: string } | undefined;
  plan: { result: { verdict: string; attempt: number; auditHead: string } } | 'unread' | undefined;
}

const decision = { verdict: 'approved', by: 'U0ALICE', attempt: 1, at: request.askedAt, why: '', previous: '', viewId: 'V1' } as const;
const begin = (): World => ({
  row: { ...request, state: 'decided', attempt: 1, facts: someFacts(), decision, message: { channel: 'C0APPROVALS', ts: '1.1' } },
  ...{ posts: [], edits: [], faults: {}, spent: [], entries: [], whats: [], stops: [], unstoppable: 0, stop: undefined, plan: undefined },
});

/** `beginAnew` makes it new for the next test. */
export const world: World = begin();
export const beginAnew = () => void Object.assign(world, begin());

/** What Slack says next there: a channel, or a message by its channel and time. */
function failing(where: string): void {
  const error = world.faults[where]?.shift();
  if (error === '429') throw Object.assign(new Error(), { code: 'slack_webapi_rate_limited_error' });
  if (error) throw Object.assign(new Error(), { data: { error } });
}

export const parts = {
  config,
  requests: {
    get: async () => structuredClone(world.row),
    placed: async (_: string, at: object) => void Object.assign(world.row, at),
    close: async (_: string, end: object, known: boolean) => {
      if (known || !world.row.outcome) Object.assign(world.row, end);
    },
  },
  locks: { free: async () => undefined },
  audit: {
    async record({ entry, what }: { entry: string; what: object }) {
      world.whats.push(what);
      return { head: '', first: world.entries.push(entry) > 0 };
    },
  },
  plans: {
    async stop(requestId: string, how: { why: string; by: string }) {
      world.unstoppable -= 1;
      if (world.unstoppable >= 0) throw new Error('ProvisionedThroughputExceededException');
      return world.stops.push({ requestId, ...how }) > 0;
    },
    stopped: async () => world.stop,
    async last() {
      if (world.plan === 'unread') throw new Error('ProvisionedThroughputExceededException');
      return world.plan;
    },
  },
  spent: async () => world.spent,
  seals: {
    seal: async (_: Secret, context: SealContext) => JSON.stringify(context),
    open: async (sealed: string, context: SealContext) => {
      if (sealed !== JSON.stringify(context)) throw new SealBroken('of something else');
      return new Secret('told');
    },
  },
  slack: {
    chat: {
      postMessage: async ({ channel, blocks, thread_ts }: { channel: string; blocks: object[]; thread_ts?: string }) => {
        failing(channel);
        world.posts.push({ to: channel, text: textOf(blocks), ...(thread_ts && { thread: thread_ts }) });
        return { channel, ts: `${world.posts.length}.9` };
      },
      update: async ({ channel, ts }: { channel: string; ts: string }) => {
        failing(`${channel} ${ts}`);
        world.edits.push(`${channel} ${ts}`);
        return {};
      },
    },
    views: { update: async () => ({}) },
  },
  warn: () => undefined,
} as unknown as ReportParts;

export const sent = (result?: Elevation, more: Partial<Spent> = {}): Spent => ({
  ...{ request, approver: 'alice', slackUser: 'U0ALICE', attempt: 777, startedAt: request.askedAt },
  ...(result && { result }),
  ...more,
});

export const told = (to: string) => world.posts.filter((one) => one.to === to).map(({ text }) => text);
export const USED = expect.stringContaining('Your MFA code was just used for `team-scratch`');
