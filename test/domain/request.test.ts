import type * as z from 'zod';
import { Emptying, PLAN_VERDICTS, Progress, Tally } from '../../src/domain/emptying.ts';
import { Answer, Conclusion, Count, Elevation, Facts, GuardChange, OUTCOMES, Request, Work } from '../../src/domain/request.ts';
import { aRequest, someFacts } from '../helpers/models.ts';

const takes = (schema: z.ZodType, value: unknown) => schema.safeParse(value).success;

describe('a request', () => {
  it('is taken as the Slack function makes it', () => {
    expect(Request.parse(aRequest())).toEqual(aRequest());
  });

  test.each<[string, object]>([
    ['an id without its beginning', { requestId: 'abcdefghij23' }],
    ['an id in capitals', { requestId: 'req-ABCDEFGHIJ23' }],
    ['an id with a digit that base32 has not', { requestId: 'req-abcdefghij01' }],
    ['too long an id', { requestId: 'req-abcdefghij234' }],
    ['an id with something behind it', { requestId: 'req-abcdefghij23\n' }],
    ['too short a bucket', { bucket: 'ab' }],
    ['too long a bucket', { bucket: 'a'.repeat(64) }],
    ['a kind that there is not', { kind: 'guard' }],
    ['no kind', { kind: undefined }],
    ['a rehearsal in words', { rehearsal: 'true' }],
    ['a requester by name', { requester: 'riya' }],
    ['a mention as requester', { requester: '<@U0RIYA>' }],
    ['a channel as requester', { requester: 'C0APPROVALS' }],
    ['too long a reason', { reason: 'x'.repeat(2001) }],
    ['a time without its zone', { askedAt: '2026-11-02T09:00:00' }],
    ['a time in another zone', { expiresAt: '2026-11-02T09:00:00+01:00' }],
    ['a time in milliseconds', { remindAt: 1_793_610_000_000 }],
    ['a member too many', { approver: 'U0ALICE' }],
    ['a member too few', { team: undefined }],
  ])('is not taken with %s', (_, more) => {
    expect(takes(Request, { ...aRequest(), ...more })).toBe(false);
  });

  it("is taken with the longest reason and name, and a user id of Slack's grid", () => {
    expect(takes(Request, aRequest({ reason: '🪣'.repeat(1000), bucket: 'a'.repeat(63), requester: 'W0RIYA' }))).toBe(true);
  });
});

describe('what was seen of a bucket', () => {
  it('is taken as the look gives it, with and without what may be unknown', () => {
    expect(takes(Facts, someFacts())).toBe(true);
    const tags = [{ key: 'aws:cloudformation:stack-name', value: 'site' }];
    expect(
      takes(Facts, someFacts({ createdAt: null, newestWrite: '2026-11-02T09:00:00.000Z', tags, stack: 'site', policyDigest: 'x' })),
    ).toBe(true);
  });

  test.each<[string, object]>([
    ['another state of versioning', { versioning: 'Enabled' }],
    ['a count without its bound', { objects: { count: 1 } }],
    ['a negative count', { uploads: { count: -1, more: false } }],
    ['half an object', { objects: { count: 0.5, more: false } }],
    ['a member too many', { mfa: true }],
    ['a member too few', { denials: undefined }],
  ])('is not taken with %s', (_, more) => {
    expect(takes(Facts, { ...someFacts(), ...more })).toBe(false);
  });

  it('counts to a bound', () => {
    expect(Count.parse({ count: 1000, more: true })).toEqual({ count: 1000, more: true });
  });
});

describe('an answer', () => {
  const answer = {
    verdict: 'approved',
    why: '',
    slackUser: 'U0ALICE',
    approver: 'alice',
    attempt: 1,
    sealedCode: 'sealed',
    auditHead: '',
  };

  test.each([
    ['approves', answer],
    ['rejects', { ...answer, verdict: 'rejected', why: 'still used', sealedCode: null }],
    ['cancels', { ...answer, verdict: 'cancelled', approver: null, sealedCode: null }],
  ])('that %s is taken', (_, value) => {
    expect(takes(Answer, value)).toBe(true);
  });

  test.each<[string, object]>([
    ['another verdict', { verdict: 'deleted' }],
    ['attempt 0', { attempt: 0 }],
    ['a code that is not sealed', { code: '123456' }],
    ['nobody', { slackUser: '' }],
  ])('with %s is not taken', (_, more) => {
    expect(takes(Answer, { ...answer, ...more })).toBe(false);
  });
});

describe('how a request ended', () => {
  test.each(OUTCOMES)('may be %s', (outcome) => {
    expect(Conclusion.parse({ outcome, why: '', by: 'U0ALICE' })).toEqual({ outcome, why: '', by: 'U0ALICE' });
  });

  it('names nobody where the flow knows nobody', () => {
    expect(Conclusion.parse({ outcome: 'expired', why: '', by: '' }).by).toBeNull();
    expect(Conclusion.parse({ outcome: 'expired', why: '', by: null }).by).toBeNull();
  });

  it('is no verdict on the way', () => {
    for (const outcome of ['ask', 'unchanged', 'approved', 'session', 'askAgain', 'divided', 'empty', 'sessionEnded', 'notEmpty']) {
      expect(takes(Conclusion, { outcome, why: '', by: null })).toBe(false);
    }
  });

  it('has a word for every verdict that ends the flow', () => {
    const ending = [
      ...Work.shape.verdict.options.filter((verdict) => verdict !== 'notEmpty'),
      ...PLAN_VERDICTS.filter((verdict) => verdict !== 'divided' && verdict !== 'empty' && verdict !== 'sessionEnded'),
      ...Elevation.shape.verdict.options.filter((verdict) => verdict !== 'session' && verdict !== 'askAgain'),
      ...Answer.shape.verdict.options.filter((verdict) => verdict !== 'approved'),
    ];
    expect(ending.filter((verdict) => !(OUTCOMES as readonly string[]).includes(verdict))).toEqual([]);
  });
});

test('every schema of the flow refuses members that it does not know', () => {
  for (const schema of [Request, Facts, Answer, Elevation, Emptying, Tally, Progress, Work, Conclusion, Count, GuardChange]) {
    const { error } = (schema as z.ZodType).safeParse({ 'not known': 1 });
    expect(error?.issues.map((issue) => issue.code)).toContain('unrecognized_keys');
  }
});
