/** What report finds out beside the flow and the record of a request: which codes were sent, how far it was emptied, who stopped that; and its workers. */
import type { Spent } from '../aws/attempts.ts';
import type { RequestRow } from '../aws/requests.ts';
import type { Emptying } from '../domain/emptying.ts';
import { Conclusion, type Elevation, isLongKind } from '../domain/request.ts';
import { TryAgain } from '../errors.ts';
import type { ReportParts, ToReport } from './report.ts';
import { attempted } from './telling.ts';

/**
 * Whoever stops an execution doesn't stop the workers that it started: they end after their page, once they are told. First of all, and nobody is kept from
 * hearing of the end where it fails.
 */
export async function stopWorkers(
  { requestId, request, emptying, conclusion }: ToReport,
  row: RequestRow | undefined,
  { plans, warn }: ReportParts,
) {
  const kind = request?.kind ?? row?.kind;
  // Without the flow nobody knows whether it came to that.
  const begun = request ? emptying !== null : true;
  if (!begun || (kind && !isLongKind(kind))) return {};
  const stopped = await attempted(warn, 'the workers', async () => {
    await plans.stop(requestId, { by: '', why: conclusion.outcome });
    return true;
  });
  return stopped ? {} : { fault: new TryAgain('The workers could not be told to stop; it is tried again.') };
}

/** Where they can't be read, all else is told all the same. */
export async function spentFor(requestId: string, { spent, warn }: ReportParts): Promise<{ spent: Spent[]; fault?: TryAgain }> {
  const codes = await attempted(warn, 'the codes before', () => spent(requestId));
  return codes ? { spent: codes } : { spent: [], fault: new TryAgain('Which codes were used could not be read; it is tried again.') };
}

/** With who pressed Stop where the session had ended and nobody was asked for another code yet: no plan after that says so. */
export async function withStopper(toReport: ToReport, { plans, warn }: ReportParts): Promise<ToReport> {
  const { requestId, conclusion, answer, emptying } = toReport;
  const isBetween = emptying?.verdict === 'sessionEnded' && emptying.attempt === answer?.attempt;
  if (conclusion.outcome !== 'stopped' || !isBetween) return toReport;
  const stop = await attempted(warn, 'who stopped it', () => plans.stopped(requestId));
  return { ...toReport, conclusion: Conclusion.parse({ ...conclusion, by: stop?.by ?? null }) };
}

/**
 * What the flow no longer says of the code of the last asking and of the emptying with its session, by those who did it: after their entries comes the
 * trail's last one. Null where it didn't come to that, or can't be read.
 */
export async function stepsBeside(
  { requestId, attempt }: Pick<RequestRow, 'requestId' | 'attempt'>,
  codes: readonly Spent[],
  { plans, warn }: ReportParts,
): Promise<{ elevation: Elevation | null; emptying: Emptying | null }> {
  const code = codes.find((one) => one.attempt === attempt);
  const elevation = code?.result ?? null;
  if (!code || elevation?.verdict !== 'session' || !isLongKind(code.request.kind)) return { elevation, emptying: null };
  const plan = await attempted(warn, 'how far it was emptied', () => plans.last(requestId));
  return { elevation, emptying: plan?.result ?? null };
}
