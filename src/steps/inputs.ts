/** What the state machine gives to each function, checked before anything is done with it. */
import * as z from 'zod';
import { Emptying, whatWent } from '../domain/emptying.ts';
import { PERHAPS_HELD, STILL_HELD } from '../domain/late-writers.ts';
import { Answer, base64, Conclusion, Elevation, Facts, FOUND, GuardChange, Hold, Request, Work } from '../domain/request.ts';
import { BadInput } from '../errors.ts';
import type { ToReport } from './report.ts';

/** An empty object stands for what no state has said yet: a template can't hold null. */
const orNone = <T extends z.ZodType>(schema: T) => z.union([z.strictObject({}).transform(() => null), schema]);

/** What a state said, where it has the form that ours have: no step that only tells of it fails for another's. */
const ifOurs = <T extends z.ZodType>(schema: T) =>
  z.custom((given) => given !== undefined).transform((given): z.infer<T> | null => schema.safeParse(given).data ?? null);
const answered = ifOurs(Answer);

const step = { execution: z.string(), enteredAt: z.iso.datetime(), request: Request };

export const InspectInput = z.strictObject({
  ...step,
  step: z.enum(['inspect', 'check', 'find', 'between']),
  sealedRequest: base64(32_768),
  /** The last look: what of it the approver was shown; null before the first. */
  shown: orNone(z.object({ facts: Facts.nullable(), notes: z.array(z.string()) })),
  answer: answered,
  elevation: orNone(Elevation),
  /** How far it was emptied; null where nothing was. */
  emptying: orNone(Emptying),
});
export type InspectInput = z.infer<typeof InspectInput>;

export const AskInput = z.strictObject({
  ...step,
  taskToken: z.string().min(1),
  inspection: z.object({ facts: Facts, notes: z.array(z.string()), refused: z.boolean() }),
  elevation: orNone(Elevation),
  /** How far it was emptied; null where nothing was. */
  emptying: orNone(Emptying),
});
export type AskInput = z.infer<typeof AskInput>;

/** Half of what the flow's state may hold (256 KiB: Step Functions Developer Guide, "Quotas"): the rest is for what comes once a code is spent. */
const MOST = 128 * 1024;

export const ElevateInput = z
  .strictObject({
    ...step,
    facts: Facts,
    notes: z.array(z.string()),
    /** How far it was emptied; null where nothing was. */
    emptying: orNone(Emptying),
    answer: Answer.extend({
      why: z.string().max(0),
      approver: Answer.shape.approver.unwrap(),
      sealedCode: Answer.shape.sealedCode.unwrap(),
    }),
  })
  .refine((input) => Buffer.byteLength(JSON.stringify(input)) <= MOST, { path: ['facts'] });
export type ElevateInput = z.infer<typeof ElevateInput>;

const withSession = {
  ...step,
  answer: Answer.extend({ approver: Answer.shape.approver.unwrap() }),
  elevation: Elevation.extend({ sealedSession: z.string() }),
};

export const DeleteInput = z.strictObject({
  ...withSession,
  rehearse: z.boolean(),
  facts: Facts,
  /** What CheckDeleted found where the answer to a deletion was lost; null before. */
  found: orNone(z.strictObject({ verdict: z.enum(FOUND) })).transform((look) => look?.verdict ?? null),
  /** How it was emptied before; null where it wasn't. */
  emptying: orNone(Emptying),
});
export type DeleteInput = z.infer<typeof DeleteInput>;

export const PlanInput = z.strictObject({
  ...withSession,
  facts: Facts,
  /** The plan before; null before the first. */
  before: orNone(Emptying),
  /** What came of the deletion, where something was written since the plan before. */
  work: orNone(Work),
  /** What CheckBucket found after the pass before; null before the first. */
  still: orNone(z.strictObject({ verdict: z.enum(FOUND) }))
    .transform((look) => look?.verdict ?? null)
    .optional(),
});
export type PlanInput = z.infer<typeof PlanInput>;

export const RangeInput = z.strictObject({
  ...withSession,
  facts: Facts,
  pass: z.int().positive(),
  run: z.string(),
  range: z.int().nonnegative(),
  giveUp: z.boolean(),
});
export type RangeInput = z.infer<typeof RangeInput>;

export const TellInput = z.strictObject({ ...step, answer: Answer, emptying: Emptying });
export type TellInput = z.infer<typeof TellInput>;

export const HoldInput = z.strictObject({ ...withSession, facts: Facts, hold: z.boolean() });
export type HoldInput = z.infer<typeof HoldInput>;

export const GuardInput = z.strictObject({ ...withSession, facts: Facts.extend({ guardChange: GuardChange }) });
export type GuardInput = z.infer<typeof GuardInput>;

const fromFlow = z
  .strictObject({
    ...step,
    conclusion: Conclusion,
    answer: answered,
    elevation: ifOurs(Elevation),
    work: ifOurs(Work),
    emptying: ifOurs(Emptying),
    hold: ifOurs(Hold),
  })
  .transform(({ request, conclusion, enteredAt, answer, elevation, work, emptying, hold }) => ({
    requestId: request.requestId,
    request,
    conclusion: withStopper(conclusion, emptying),
    went: told(conclusion, emptying, hold),
    at: enteredAt,
    answer,
    elevation,
    emptying,
    work,
  }));

/** Of what was stopped, who stopped it: nobody, where Interlock is paused. */
function withStopper(conclusion: Conclusion, emptying: Emptying | null): Conclusion {
  return { ...conclusion, by: conclusion.outcome === 'stopped' ? emptying?.by || null : conclusion.by };
}

/** What was emptied is told with the end, and what of ours is still in the policy of a bucket that stays: in words of ours, whatever a function says. */
function told(conclusion: Conclusion, emptying: Emptying | null, hold: Hold | null): string {
  const went = emptying ? whatWent(conclusion, emptying) : '';
  const still = hold?.held && conclusion.outcome !== 'deleted' ? (hold.why === PERHAPS_HELD ? PERHAPS_HELD : STILL_HELD) : '';
  return `${went} ${still}`.trim();
}

/** How an execution can end where no state catches it, in the words of the report. */
const ENDED = {
  FAILED: { outcome: 'failed', why: 'The flow itself failed; the history of the execution says where.' },
  TIMED_OUT: { outcome: 'failed', why: 'The flow took longer than it may.' },
  ABORTED: { outcome: 'stopped', why: 'An operator stopped it. Look at the bucket: it may have been done already.' },
} as const;

const fromEventBridge = z
  .object({ time: z.iso.datetime(), detail: z.object({ name: z.string(), status: z.enum(['FAILED', 'TIMED_OUT', 'ABORTED']) }) })
  .transform(({ time, detail }) => ({
    requestId: detail.name,
    request: null,
    conclusion: { ...ENDED[detail.status], by: null },
    went: '',
    at: time,
    answer: null,
    elevation: null,
    emptying: null,
    work: null,
  }));

/** Of the state machine, or EventBridge's event of an execution that ended badly. */
export const ReportInput: z.ZodType<ToReport> = z.union([fromFlow, fromEventBridge]);

/** EventBridge's event of a rule that comes round by the clock. */
export const Scheduled = z.object({ 'detail-type': z.literal('Scheduled Event') });

/** An execution that isn't named after its request was not started by the Slack function; it may touch no record. */
function checkName(event: unknown): void {
  const { execution, request } = (event ?? {}) as { execution?: unknown; request?: { requestId?: unknown } };
  if (execution !== undefined && execution !== request?.requestId) {
    throw new BadInput('The execution is not named after its request; start the request from Slack.');
  }
}

/** Parses a function's input. Throws BadInput that names the members at fault, never their values. */
export function parseInput<T>(schema: z.ZodType<T>, event: unknown): T {
  checkName(event);
  const parsed = schema.safeParse(event);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map((issue) => issue.path.join('.') || issue.code);
  throw new BadInput(`The input has not the shape it must have (${where.join(', ')}); start the request anew from Slack.`);
}
