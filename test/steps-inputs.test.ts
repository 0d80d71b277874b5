import fc from 'fast-check';
import { NONE } from '../src/domain/emptying.ts';
import { BadInput } from '../src/errors.ts';
import {
  AskInput,
  DeleteInput,
  ElevateInput,
  GuardInput,
  HoldInput,
  InspectInput,
  PlanInput,
  parseInput,
  RangeInput,
  ReportInput,
  TellInput,
} from '../src/steps/inputs.ts';
import { aGuardChange, anAnswer, anElevation, aRequest, someFacts } from './helpers/models.ts';

const step = { execution: 'req-abcdefghij23', enteredAt: '2026-11-02T09:00:01.000Z', request: aRequest() };
const answer = anAnswer();
const elevation = anElevation();
const work = { verdict: 'deleted', why: '', auditHead: 'c' };
const emptying = {
  verdict: 'divided',
  why: '',
  at: step.enteredAt,
  pass: 2,
  run: 'r',
  last: 7,
  done: NONE,
  least: false,
  left: 9,
  by: '',
  attempt: 1,
  auditHead: 'd',
};
const inspection = { verdict: 'ask', why: '', facts: someFacts(), notes: [], refused: false, secondsLeft: 60 };
const event = (status: string) => ({
  version: '0',
  'detail-type': 'Step Functions Execution Status Change',
  source: 'aws.states',
  time: '2026-11-02T09:30:00Z',
  detail: { name: 'req-abcdefghij23', status, executionArn: 'arn', input: '{}', cause: 'why' },
});

/** For each function what the state machine gives it. */
const INPUTS = {
  inspect: [
    InspectInput,
    { ...step, step: 'inspect', sealedRequest: 'sealed', shown: {}, answer: { slackUser: '' }, elevation: {}, emptying: {} },
  ],
  askApprover: [AskInput, { ...step, taskToken: 'token', inspection, elevation: {}, emptying: {} }],
  elevate: [ElevateInput, { ...step, answer, facts: someFacts(), notes: [], emptying: {} }],
  holdWriters: [HoldInput, { ...step, hold: true, answer, elevation, facts: someFacts() }],
  planEmptying: [PlanInput, { ...step, answer, elevation, facts: someFacts(), before: {}, work: {} }],
  emptyRange: [RangeInput, { ...step, answer, elevation, facts: someFacts(), pass: 1, run: 'r', range: 0, giveUp: false }],
  tellProgress: [TellInput, { ...step, answer, emptying }],
  deleteBucket: [DeleteInput, { ...step, rehearse: false, answer, elevation, facts: someFacts(), found: {}, emptying: {} }],
  changeGuard: [GuardInput, { ...step, answer, elevation, facts: someFacts({ guardChange: aGuardChange() }) }],
  report: [
    ReportInput,
    { ...step, conclusion: { outcome: 'deleted', why: '', by: 'U0ALICE' }, answer, elevation, emptying: {}, hold: {}, work },
  ],
} as const;

describe('what the state machine gives a function', () => {
  test.each(Object.entries(INPUTS))('is taken by %s', (_, [schema, input]) => {
    expect(() => parseInput(schema as typeof InspectInput, input)).not.toThrow();
  });

  test.each(Object.entries(INPUTS))(
    'is refused by %s with a request that is altered, a member too many or too few',
    (_, [schema, input]) => {
      const refused = (value: unknown) => expect(() => parseInput(schema as typeof InspectInput, value)).toThrow(BadInput);
      refused({ ...input, request: { ...step.request, requester: 'riya' } });
      refused({ ...input, request: { ...step.request, approver: 'U0MALLORY' } });
      refused({ ...input, more: 1 });
      for (const name of Object.keys(input)) refused({ ...input, [name]: undefined });
    },
  );

  test.each(Object.entries(INPUTS))('is refused by %s where it is anything else, and no value of it is told', (_, [schema]) => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json().map((text) => JSON.parse(text)),
          fc.record({ request: fc.constant('hunter2') }),
        ),
        (value) => {
          expect(() => parseInput(schema as typeof InspectInput, value)).toThrow(BadInput);
          expect(() => parseInput(schema as typeof InspectInput, value)).not.toThrow(/hunter2/);
        },
      ),
    );
  });

  it('is refused in words that name the members at fault, never their values', () => {
    const input = { ...INPUTS.elevate[1], enteredAt: 7, answer: { ...answer, sealedCode: null, slackUser: '138502' } };
    expect(() => parseInput(ElevateInput, input)).toThrow(
      'The input has not the shape it must have (enteredAt, answer.slackUser, answer.sealedCode); start the request anew from Slack.',
    );
  });

  test.each(Object.entries(INPUTS))(
    'is refused by %s where the execution is named after anything but its request',
    (_, [schema, input]) => {
      for (const execution of ['req-anotherreque', '', 'req-abcdefghij23x', 7, null, {}]) {
        expect(() => parseInput(schema as typeof InspectInput, { ...input, execution })).toThrow(
          'The execution is not named after its request; start the request from Slack.',
        );
      }
    },
  );

  it('may hold empty objects for what no state has said yet', () => {
    expect(parseInput(InspectInput, INPUTS.inspect[1]).shown).toBeNull();
    expect(parseInput(InspectInput, { ...INPUTS.inspect[1], shown: inspection }).shown).toEqual({ facts: someFacts(), notes: [] });
    expect(parseInput(InspectInput, { ...INPUTS.inspect[1], shown: { ...inspection, facts: null } }).shown).toEqual({
      facts: null,
      notes: [],
    });
    expect(parseInput(AskInput, INPUTS.askApprover[1])).toMatchObject({ elevation: null, emptying: null });
    expect(parseInput(PlanInput, INPUTS.planEmptying[1])).toMatchObject({ before: null, work: null });
    expect(parseInput(PlanInput, { ...INPUTS.planEmptying[1], before: emptying, work })).toMatchObject({ before: emptying, work });
    expect(parseInput(ReportInput, { ...INPUTS.report[1], answer: { slackUser: '' }, elevation: {}, work: {} })).toMatchObject({
      answer: null,
      elevation: null,
      work: null,
    });
  });

  it('never lets a code through that is not sealed, or a session that is not there', () => {
    expect(() => parseInput(ElevateInput, { ...INPUTS.elevate[1], answer: { ...answer, sealedCode: null } })).toThrow(BadInput);
    expect(() => parseInput(ElevateInput, { ...INPUTS.elevate[1], answer: { ...answer, approver: null } })).toThrow(BadInput);
    const none = { ...elevation, sealedSession: null };
    expect(() => parseInput(DeleteInput, { ...INPUTS.deleteBucket[1], elevation: none })).toThrow(BadInput);
    expect(() => parseInput(GuardInput, { ...INPUTS.changeGuard[1], elevation: none })).toThrow(BadInput);
    expect(() => parseInput(GuardInput, { ...INPUTS.changeGuard[1], facts: someFacts() })).toThrow(BadInput);
    for (const [schema, input] of [INPUTS.holdWriters, INPUTS.planEmptying, INPUTS.emptyRange])
      expect(() => parseInput(schema as unknown as typeof InspectInput, { ...input, elevation: none })).toThrow(BadInput);
  });
});

describe('what the Slack function says', () => {
  const long = 'a'.repeat(40_000);
  it.each<[string, object]>([
    ['a reason for an approval', { why: 'x' }],
    ['a longer seal', { sealedCode: long }],
    ['a seal with more in it than base64', { sealedCode: 'sealed\u0001' }],
    ['a longer hash', { auditHead: long }],
    ['a longer name', { approver: long }],
    ['a longer id', { slackUser: `U${long.toUpperCase()}` }],
    ['a member more', { more: long }],
  ])('ends before the code is spent with %s: after that, nothing would be left to tell with once the state is too large', (_, more) => {
    expect(() => parseInput(ElevateInput, { ...INPUTS.elevate[1], answer: { ...answer, ...more } })).toThrow(BadInput);
  });

  it.each<[string, object]>([
    ['facts', { facts: someFacts({ denials: Array.from({ length: 7 }, () => 'é'.repeat(10_000)) }) }],
    ['notes', { notes: Array.from({ length: 7 }, () => 'é'.repeat(10_000)) }],
  ])('ends before the code is spent with %s that leave no room, whoever saw them', (_, more) => {
    expect(() => parseInput(ElevateInput, { ...INPUTS.elevate[1], ...more })).toThrow(BadInput);
  });

  it.each<[string, object]>([
    ['team', { team: long }],
    ['hash', { auditHead: long }],
    ['time', { askedAt: `2026-11-02T09:00:00.${'0'.repeat(40_000)}Z` }],
    ['requester', { requester: `U${long.toUpperCase()}` }],
  ])('ends at the first look with a longer %s', (_, more) => {
    expect(() => parseInput(InspectInput, { ...INPUTS.inspect[1], request: { ...step.request, ...more } })).toThrow(BadInput);
    for (const sealedRequest of [long, 'sealed\u0001']) {
      expect(() => parseInput(InspectInput, { ...INPUTS.inspect[1], sealedRequest })).toThrow(BadInput);
    }
  });
});

describe('what is reported', () => {
  it('comes from the state machine', () => {
    expect(parseInput(ReportInput, INPUTS.report[1])).toEqual({
      requestId: 'req-abcdefghij23',
      request: aRequest(),
      conclusion: { outcome: 'deleted', why: '', by: 'U0ALICE' },
      went: '',
      at: '2026-11-02T09:00:01.000Z',
      answer,
      elevation,
      emptying: null,
      work,
    });
  });

  const reported = (conclusion: object, more: object, hold: object = {}) =>
    parseInput(ReportInput, {
      ...INPUTS.report[1],
      conclusion: { outcome: 'refused', why: '', by: 'U0ALICE', ...conclusion },
      emptying: { ...emptying, done: { versions: 1200, markers: 1, bytes: 7, uploads: 2 }, ...more },
      hold,
    });
  const ALL = '1,200 versions, 1 delete marker and 2 unfinished uploads';

  it.each<[string, object, object, string]>([
    ['emptied', { outcome: 'emptied' }, { verdict: 'emptied' }, `It held ${ALL}.`],
    ['deleted', { outcome: 'deleted', why: 'It was made anew since.' }, { verdict: 'empty' }, `It held ${ALL}.`],
    ['purged', { outcome: 'purged' }, { verdict: 'purged' }, `${ALL} went.`],
    ['emptied, and its deletion denied', { why: 'AWS denied it.' }, { verdict: 'empty' }, `Before that, ${ALL} went.`],
    ['emptied, and its deletion stopped', { outcome: 'stopped', why: 'Paused.' }, { verdict: 'empty' }, `Before that, ${ALL} went.`],
    ['emptied, and its deletion lost', { outcome: 'failed', why: 'AnswerLost' }, { verdict: 'empty' }, `Before that, ${ALL} went.`],
    ['given up by its plan, which says it', { why: `Kept. ${ALL} of it went.` }, { verdict: 'refused' }, ''],
    ['given up by its plan, which doesn’t', { why: 'It is gone.' }, { verdict: 'refused' }, `Before that, ${ALL} went.`],
    ['not gone on with', { outcome: 'expired' }, { verdict: 'sessionEnded' }, `Before that, ${ALL} went.`],
    ['rejected after a session', { outcome: 'rejected', why: ALL }, { verdict: 'sessionEnded' }, `Before that, ${ALL} went.`],
    ['rejected before anything went', { outcome: 'rejected', why: 'no' }, { verdict: 'sessionEnded', done: NONE }, ''],
    ['failing', { outcome: 'failed', why: 'TryAgain' }, { verdict: 'divided' }, `At least ${ALL} went, and more may be gone.`],
    ['failing in its first pass', { outcome: 'failed', why: 'TryAgain' }, { verdict: 'divided', done: NONE }, 'Some of it may be gone.'],
    ['emptied, not all of it counted', { outcome: 'emptied' }, { verdict: 'emptied', least: true }, `It held at least ${ALL}.`],
    ['purged, not all of it counted', { outcome: 'purged' }, { verdict: 'purged', least: true }, `At least ${ALL} went.`],
    ['stopped, which says it', { outcome: 'stopped', why: `At least ${ALL} of it went.` }, { verdict: 'stopped', least: true }, ''],
    ['refused uncounted', {}, { verdict: 'empty', least: true, done: NONE }, 'Before that, an unknown number of versions went.'],
    ['planned before it was known what was counted', {}, { verdict: 'empty', least: undefined }, `Before that, ${ALL} went.`],
  ])('says what went of a bucket that was %s', (_, conclusion, more, went) => {
    expect(reported(conclusion, more)).toMatchObject({ conclusion, went });
  });

  it('says who stopped an emptying: nobody, where Interlock is paused', () => {
    const by = (who: string) => reported({ outcome: 'stopped' }, { verdict: 'stopped', by: who });
    expect([by('U0RIYA'), by('')]).toMatchObject([{ conclusion: { by: 'U0RIYA' } }, { conclusion: { by: null } }]);
  });

  it('says that the statement against late writers is still there, of a bucket that stays', () => {
    const still = (outcome: string, hold: object) =>
      (reported({ outcome }, { done: NONE, verdict: 'emptied' }, hold) as { went: string }).went;
    const there = { held: true, why: '' };
    expect(still('refused', { held: true, why: 'Send your next code to mallory.' })).toBe(still('refused', there));
    expect(still('refused', there)).toMatch(/^The statement InterlockLateWriters is still in the bucket’s policy; it ends by itself/);
    expect([still('deleted', there), still('refused', { held: false, why: 'x' }), still('refused', { held: 'yes' })]).toEqual([
      'It held nothing.',
      '',
      '',
    ]);
  });

  test.each([
    ['FAILED', 'failed', 'The flow itself failed; the history of the execution says where.'],
    ['TIMED_OUT', 'failed', 'The flow took longer than it may.'],
    ['ABORTED', 'stopped', 'An operator stopped it. Look at the bucket: it may have been done already.'],
  ])('comes from EventBridge for an execution that ended as %s', (status, outcome, why) => {
    expect(parseInput(ReportInput, event(status))).toEqual({
      requestId: 'req-abcdefghij23',
      request: null,
      conclusion: { outcome, why, by: null },
      went: '',
      at: '2026-11-02T09:30:00Z',
      answer: null,
      elevation: null,
      emptying: null,
      work: null,
    });
  });

  test.each(['SUCCEEDED', 'RUNNING', 'PENDING_REDRIVE', ''])('does not come for an execution that is %s', (status) => {
    expect(() => parseInput(ReportInput, event(status))).toThrow(BadInput);
  });
});
