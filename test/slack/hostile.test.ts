import fc from 'fast-check';
import { blockFaults, viewFaults } from '../../sandbox/slack/block-kit.ts';
import { LIMITS } from '../../sandbox/slack/limits.ts';
import type { Remarked } from '../../src/domain/guard-drift.ts';
import { nextStep } from '../../src/domain/next.ts';
import { type Conclusion, DEPENDENT_KINDS, type Facts, type GuardChange, KINDS, OUTCOMES, type Request } from '../../src/domain/request.ts';
import { approveModal, rejectModal, tellingModal } from '../../src/slack/views/approve.ts';
import { askGuardModal, askModal, askPurgeModal } from '../../src/slack/views/ask.ts';
import { driftMessage } from '../../src/slack/views/drift.ts';
import {
  endedMessage,
  followMessage,
  type Message,
  outcomeMessage,
  reminderMessage,
  waitingMessage,
} from '../../src/slack/views/messages.ts';
import { codeRefusedMessage, codeUsedMessage } from '../../src/slack/views/notices.ts';
import { progressMessage } from '../../src/slack/views/progress.ts';
import { homeView, statusMessage } from '../../src/slack/views/status.ts';
import { aRequest, someFacts } from '../helpers/models.ts';
import { codePoint } from '../helpers/text.ts';

// biome-ignore format: a list of words
const PIECES = [
  '<!channel>', '<!here>', '<!everyone>', '<@U0MALLORY>', '<#C0APPROVALS>', '<!subteam^S0OPS>', '<https://evil.example|prod-logs>', '@channel', '@here',
  '<', '>', '&', '&amp;', '&lt;!channel&gt;', '&#60;', '`', '```', '*', '_', '~', '|', '"', '\\', '\n', '\n> ', ' ', ':warning:', 'a', '🪣',
  '\ud83d', '\udea3', '\u202e', '\u2066', '\u200b', '\ufeff', '\0', '\u2028', '\u{e0041}', '\u3164', '\u2800', '”', '{{', '}}', '${x}', '<!date^0^{date}|x>',
];

/** What somebody with bad intentions, or a cat on the keyboard, gives. */
const hostile = fc.oneof(
  { weight: 5, arbitrary: fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join('')) },
  { weight: 2, arbitrary: fc.string({ unit: codePoint, maxLength: 300 }) },
  { weight: 1, arbitrary: fc.constantFrom('&', '<', '\u202e', '🪣', '`', '\n', '<!channel>').map((piece) => piece.repeat(3500)) },
);

const count = fc.record({ count: fc.nat(1000), more: fc.boolean() });
const hostiles = fc.array(hostile, { maxLength: 20 });

const guardChange: fc.Arbitrary<GuardChange> = fc.record({
  before: fc.constantFrom('none', 'basic', 'hardened', 'recipe', 'broken'),
  after: fc.constantFrom('none', 'basic', 'hardened'),
  denied: hostiles,
  allowed: hostiles,
  principals: hostiles,
  approvers: hostiles,
  denials: hostiles,
});
const facts: fc.Arbitrary<Facts> = fc.record({
  region: hostile,
  owner: hostile,
  createdAt: fc.option(fc.constant('2026-11-02T09:00:00.000Z')),
  objects: count,
  oldVersions: count,
  deleteMarkers: count,
  bytes: count,
  going: fc.option(fc.record({ versions: count, markers: count, bytes: count })),
  uploads: count,
  newestWrite: fc.option(fc.constant('2026-11-02T09:00:00.000Z')),
  versioning: fc.constantFrom('never on', 'on', 'suspended'),
  mfaDelete: fc.boolean(),
  objectLock: fc.boolean(),
  retention: fc.constant({
    looked: 20_000,
    more: true,
    denied: true,
    governance: { count: 9, until: '2030-01-01T00:00:00.000Z' },
    compliance: { count: 0, until: null },
    holds: 0,
  }),
  tags: fc.array(fc.record({ key: hostile, value: hostile }), { maxLength: 10 }),
  moreTags: fc.nat({ max: 40 }),
  tagsDigest: fc.option(fc.constant('abc')),
  stack: fc.option(hostile),
  accessPoints: fc.array(hostile, { maxLength: 100 }),
  dependents: fc.array(fc.record({ kind: fc.constantFrom(...DEPENDENT_KINDS), text: hostile, seen: fc.boolean() }), { maxLength: 10 }),
  guard: fc.record({
    state: fc.constantFrom('whole', 'notWhole', 'none'),
    level: fc.constantFrom('basic', 'hardened', null),
    findings: fc.array(hostile, { maxLength: 20 }),
    deniesApprovers: fc.boolean(),
  }),
  waysRound: fc.array(hostile, { maxLength: 20 }),
  denials: fc.array(hostile, { maxLength: 60 }),
  policyDigest: fc.constant(null),
  guardChange: fc.option(guardChange),
  lookedAt: fc.constant('2026-11-02T09:00:00.000Z'),
});
const request: fc.Arbitrary<Request> = fc
  .record({ kind: fc.constantFrom(...KINDS), reason: hostile, bucket: hostile, rehearsal: fc.boolean() })
  .map((members) => aRequest(members));
const notes = fc.array(hostile, { maxLength: 15 });
const conclusion: fc.Arbitrary<Conclusion> = fc.record({
  outcome: fc.constantFrom(...OUTCOMES),
  why: hostile,
  by: fc.constantFrom('U0ALICE', null),
});

const ended = fc.tuple(request, conclusion).map(([one, how]) => ({ request: one, conclusion: how, closedAt: '2026-11-02T10:00:00.000Z' }));
const approvers = ['U0ALICE', 'U0BOB'];

const MESSAGES: Record<string, fc.Arbitrary<Message>> = {
  'the message in the channel': fc
    .tuple(request, facts, notes)
    .map(([one, seen, some]) => waitingMessage({ request: one, facts: seen, approvers, notes: some })),
  'the reminder': request.map((one) => reminderMessage(one, approvers)),
  'the message to the requester': request.map((one) => followMessage({ request: one, approvers })),
  "the channel's message at the end": ended.map(endedMessage),
  'the outcome': ended.map((one) => outcomeMessage(one, nextStep(one.conclusion.outcome, one.request.kind))),
  'the progress of an emptying': request.map((one) =>
    progressMessage({
      request: one,
      done: { versions: 2e12, markers: 1e12, bytes: 1e18, uploads: 0 },
      least: false,
      left: 1e12,
      sofar: 1,
      seconds: 3,
      approver: 'U0ALICE',
    }),
  ),
  'the notice of a code that was used': ended.map((one) => codeUsedMessage(one, true, 'Ask again.')),
  'the notice of a code that was refused': fc.tuple(request, hostile).map(([one, why]) => codeRefusedMessage(one, why)),
  "the daily check's message": fc
    .tuple(
      fc.array(
        fc.record<Remarked>({
          bucket: hostile,
          trouble: fc.constantFrom('guard', 'basic', 'round', 'unseen'),
          remarks: fc.array(hostile, { maxLength: 8 }),
        }),
        { maxLength: 40 },
      ),
      fc.array(hostile, { maxLength: 40 }),
      fc.array(hostile, { maxLength: 40 }),
      fc.array(hostile, { maxLength: 40 }),
    )
    .map(([worse, mended, seenAgain, gone]) => driftMessage({ worse, mended, seenAgain, gone, checked: 100, stage: 'prod' })),
  'the status': fc
    .array(request, { maxLength: 25 })
    .map((some) => some.map((one) => ({ request: one, state: 'waiting' as const })))
    .map((some) => statusMessage({ mine: some, forMe: some, channel: 'C0OURS' })),
};

const VIEWS: Record<string, fc.Arbitrary<{ type: 'modal' | 'home'; blocks: unknown[] }>> = {
  'the modal to ask': fc.tuple(hostile, fc.boolean()).map(([typed, mayBypass]) => askModal(typed, mayBypass)),
  'the modal to ask for a guard': hostile.map(askGuardModal),
  'the modal to ask for a purge': hostile.map(askPurgeModal),
  'the modal to approve': fc
    .tuple(request, facts, notes, fc.boolean())
    .map(([one, seen, some, unlimited]) =>
      approveModal({ request: one, facts: seen, attempt: 1, notes: some, now: seen.lookedAt, unlimited }),
    ),
  'the modal to reject': request.map((one) => rejectModal(one, 1)),
  'App Home': request.map((one) => homeView({ mine: [{ request: one, state: 'started' }], forMe: [] })),
};

/** Every text that Slack shows, but what stands in a field for the person to change. */
function texts(part: unknown): string[] {
  if (Array.isArray(part)) return part.flatMap(texts);
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([name, value]) => (name === 'text' && typeof value === 'string' ? [value] : texts(value)));
}

/** The mentions of ours, our channel, and times: all the angle brackets there may be. */
const OURS = /<@U0(RIYA|ALICE|BOB)>|<#C0OURS>|<!date\^\d{10}\^\{date_short_pretty\}, \{time\}\|[\d :-]+ UTC>/g;

/** Some that show nothing, or turn the direction of text. */
const HIDING = ['\u3164', '\u2800', '\0', '\u200b', '\u2028', '\u202e', '\u2066', '\ufeff', '\u{e0041}'];

function expectHarmless(shown: string[]): void {
  for (const text of shown) {
    expect(text.isWellFormed()).toBe(true);
    expect(text.replace(OURS, '')).not.toMatch(/[<>]|&(?!(?:amp|lt|gt);)/);
    expect(HIDING.filter((one) => text.includes(one))).toEqual([]);
  }
}

describe('hostile and very long text', () => {
  test.each(Object.entries(MESSAGES))('is literal, pings nobody and keeps within limits in %s (FC-05, FC-07)', (_, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, ({ text, blocks }) => {
        expect(blockFaults(blocks)).toEqual([]);
        expect(text.length).toBeLessThanOrEqual(LIMITS.messageText.max);
        expect(texts(blocks).join('').length).toBeLessThanOrEqual(LIMITS.blocksTogether.max);
        expectHarmless([text, ...texts(blocks)]);
      }),
      { numRuns: 50 },
    );
  });

  test.each(Object.entries(VIEWS))('is literal, pings nobody and keeps within limits in %s (FC-05, FC-07)', (_, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (view) => {
        expect(viewFaults(view, view.type)).toEqual([]);
        expect(JSON.stringify(view).length).toBeLessThanOrEqual(LIMITS.viewBytes.max);
        expectHarmless(texts(view));
        // Half a character is what no JSON reader has to take.
        expect(JSON.stringify(view)).not.toMatch(/\\ud[89a-f]/i);
      }),
      { numRuns: 50 },
    );
  });
});

describe('what travels through Slack (FC-08)', () => {
  it('is the id of the request, the number of the asking and the time, and nothing that was typed', () => {
    const one = aRequest({ reason: 'r'.repeat(1900), bucket: 'b'.repeat(63) });
    const approve = approveModal({
      request: one,
      facts: someFacts(),
      attempt: 12,
      notes: [],
      now: '2026-11-02T12:05:00.000Z',
      unlimited: false,
    });
    expect([approve, rejectModal(one, 12)].map((view) => JSON.parse(view.private_metadata ?? ''))).toEqual([
      { requestId: one.requestId, attempt: 12, now: '2026-11-02T12:05:00.000Z' },
      { requestId: one.requestId, attempt: 12, now: '' },
    ]);
    const messages = [
      waitingMessage({ request: one, facts: someFacts(), approvers, notes: [] }),
      followMessage({ request: one, approvers }),
    ];
    const values = JSON.stringify(messages).match(/"value":"[^"]*"/g);
    expect(values).toEqual(Array.from({ length: 3 }, () => `"value":"${one.requestId}"`));
    expect([askModal('x'), tellingModal('a', 'b')].map((view) => view.private_metadata)).toEqual([undefined, undefined]);
  });
});
