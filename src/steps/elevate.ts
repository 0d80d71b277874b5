/** Elevate: spends the code in one call to STS, and gives the session sealed for the one function that works with it. */
import type { Approvers } from '../aws/approvers.ts';
import type { Attempts } from '../aws/attempts.ts';
import type { Audit } from '../aws/audit.ts';
import { isPassing } from '../aws/clients.ts';
import { type CodeResult, type SessionRequest, SHORTEST_SESSION, takeSession } from '../aws/mfa.ts';
import type { Seals } from '../aws/sealed.ts';
import { type AccessKey, parseAccessKey, type SecretReader } from '../aws/secrets.ts';
import type { Approver, Config } from '../config.ts';
import { auditEntry } from '../domain/audit.ts';
import { sessionActions, sessionPolicy } from '../domain/policies.ts';
import type { Elevation } from '../domain/request.ts';
import { isLongKind } from '../domain/request.ts';
import { decide } from '../domain/rules.ts';
import { shownDigest } from '../domain/shown.ts';
import { answered, sending, type Tries, unvalidated, verified } from '../domain/tries.ts';
import { windowOf } from '../domain/window.ts';
import { SealBroken } from '../errors.ts';
import type { Secret } from '../secret.ts';
import type { ElevateInput } from './inputs.ts';
import { purgeContext } from './session.ts';

export interface ElevateParts {
  config: Config;
  attempts: Attempts;
  approvers: Approvers;
  audit: Audit;
  seals: Seals;
  secrets: SecretReader;
  deletionRoleArn: string;
  now: () => number;
}

type Judged = Omit<Elevation, 'approver' | 'attempt' | 'auditHead'>;

/** Refused codes after which a request is locked. */
const TRIES = 3;

/** An asking beyond is no person's any more: each leaves what the record and the history have room for only so often. */
const LAST_ATTEMPT = 100;

/** Decides who may once more, then asks STS. Run again, it gives the result there is, or says that the answer was lost. */
export async function elevate(input: ElevateInput, parts: ElevateParts): Promise<Elevation> {
  const { config, attempts, approvers, audit, now } = parts;
  const { request, answer } = input;
  const { requestId, bucket, requester, team } = request;
  const entryOf = ({ verdict, why }: Pick<Judged, 'verdict' | 'why'>) => ({
    requestId,
    entry: `${String(answer.attempt).padStart(3, '0')}-3-${verdict}`,
    at: input.enteredAt,
    who: 'elevate',
    what: { approver: answer.approver, bucket, why },
    previous: answer.auditHead,
  });
  const told = (result: Judged): Elevation => {
    return { ...result, approver: answer.approver, attempt: answer.attempt, auditHead: auditEntry(entryOf(result)).hash };
  };
  // Kept before it is recorded: run again in between, it is the same result that is recorded, and no other beside it.
  const finish = async (result: Judged): Promise<Elevation> => again(await attempts.finish(requestId, answer.attempt, told(result)));
  const isOfThis = (kept: Elevation) => auditEntry(entryOf(kept)).hash === kept.auditHead;
  const again = async (kept: Elevation): Promise<Elevation> => {
    if (isOfThis(kept)) await audit.record(entryOf(kept));
    return kept;
  };
  const answerLost = async () => finish(await judge({ kind: 'answerLost' }, input, parts));
  // Of runs beside each other one alone says what becomes of the code: whoever claims the attempt, before anything is told or sent.
  const claim = (result?: Elevation) => attempts.begin({ request, ...answer }, new Date(now()).toISOString(), result);
  const claimedBefore = ({ result }: { result: Elevation | undefined }) => (result ? again(result) : answerLost());
  const unused = async (judged: Judged): Promise<Elevation> => {
    const result = told(judged);
    // What Slack didn't seal for this asking is no code, and claims nothing: what stands in a claim counts where the flow says nothing any more.
    const claimed = (await isSealed(input, parts)) ? await claim(result) : { mine: true as const };
    return claimed.mine ? again(result) : claimedBefore(claimed);
  };
  if (now() >= windowOf(request, input.emptying).until)
    return unused(end('expired', 'The code came when the time was over; it was not used.'));
  if (answer.attempt > LAST_ATTEMPT) return unused(end('stopped', 'It was asked too often, and the code was not used; ask anew.'));
  const decision = decide({ kind: 'approve', bucket, team, user: answer.slackUser, requester }, config);
  if (!decision.allow || decision.approver?.name !== answer.approver) {
    const paused = !decision.allow && decision.reason === 'paused';
    const why = paused ? decision.why : 'The configuration does not let this approver approve it any more.';
    return unused(end('stopped', `${why} The code was not used.`));
  }

  if (request.bypassGovernance && !decision.rule?.bypassGovernanceRetention) {
    return unused(
      end('stopped', 'The rule of this bucket does not allow governance retention to be bypassed any more. The code was not used.'),
    );
  }

  const code = await openCode(input, parts);
  const key = await readKey(parts.secrets, decision.approver);
  if (!key) return unused({ ...end('stopped', NO_KEY), tellOperators: true });

  // From here on the code counts as given: whoever comes after a death finds that out, and sends nothing.
  const begun = await claim();
  if (!begun.mine) return claimedBefore(begun);
  const counted = await approvers.change(answer.approver, (tries) => sending(tries, askingOf(input), now()));
  if ('why' in counted) return finish({ ...askAgain(counted.why), tellOperators: counted.locked });
  return finish(await judge(await takeSession(sessionAskedFor(input, decision.approver, { code, key }, parts)), input, parts));
}

const askingOf = ({ request, answer }: Pick<ElevateInput, 'request' | 'answer'>) => `${request.requestId}#${answer.attempt}`;

/** Throws SealBroken where it was given for anything else. */
function openCode({ request, answer, facts, notes }: ElevateInput, { config, seals }: ElevateParts): Promise<Secret> {
  const { requestId, bucket } = request;
  const { approver, attempt, sealedCode } = answer;
  const context = { requestId, bucket, account: config.account, approver, attempt, shown: shownDigest(request, facts, notes) };
  return seals.open(sealedCode, { purpose: 'code', ...context });
}

const isSealed = (input: ElevateInput, parts: ElevateParts): Promise<boolean> =>
  openCode(input, parts).then(
    () => true,
    (error: unknown) => {
      if (error instanceof SealBroken) return false;
      throw error;
    },
  );

const NO_KEY = 'The approver’s access key can’t be read from its secret. An operator puts it there.';

function sessionAskedFor(
  { request }: ElevateInput,
  approver: Approver,
  given: Pick<SessionRequest, 'code' | 'key'>,
  { config, deletionRoleArn }: ElevateParts,
): SessionRequest {
  const { requestId, bucket } = request;
  // Emptying takes as long as it takes: where a session ends in the middle, the approver is asked for another code.
  const seconds = isLongKind(request.kind) && !request.rehearsal ? config.maxSessionSeconds : SHORTEST_SESSION;
  const policy = sessionPolicy({ bucket, actions: sessionActions(request), ...(request.purge && { prefix: request.purge.prefix }) });
  return { approver, ...given, region: config.region, requestId, bucket, deletionRoleArn, sessionPolicy: policy, seconds };
}

async function readKey(secrets: SecretReader, { secret }: Approver): Promise<AccessKey | undefined> {
  try {
    return parseAccessKey(await secrets.read(secret), secret);
  } catch (error) {
    if (isPassing(error)) throw error;
    return undefined;
  }
}

/** What answers mean for the approver's count; all others tell nothing of the code. */
const MEANINGS: Partial<Record<CodeResult['kind'], 'session' | 'refused' | 'lost'>> = {
  session: 'session',
  wrongCode: 'refused',
  answerLost: 'lost',
};

/** What follows from what AWS made of the code: for the approver's count, and in words. */
async function judge(result: CodeResult, { request, answer }: ElevateInput, parts: ElevateParts): Promise<Judged> {
  const { config, seals, attempts, approvers, now } = parts;
  const meaning = MEANINGS[result.kind] ?? 'neither';
  const serial = config.approvers[answer.approver]?.mfaSerial ?? '';
  let unknown: ReturnType<typeof unvalidated> | undefined;
  await approvers.change<Tries>(answer.approver, (before) => {
    const tries = answered(before, askingOf({ request, answer }), meaning);
    if (meaning === 'session' || meaning === 'refused') return verified(tries, serial);
    if (result.kind !== 'notValidated') return tries;
    unknown = unvalidated(tries, serial, now());
    return unknown.tries;
  });
  switch (result.kind) {
    case 'session': {
      const { requestId, bucket, kind, rehearsal, bypassGovernance, purge } = request;
      const takenFor = { kind, rehearsal, bypassGovernance, ...purgeContext(purge) };
      const context = { requestId, bucket, account: config.account, approver: answer.approver, attempt: answer.attempt, ...takenFor };
      const sealedSession = await seals.seal(result.session, { purpose: 'session', ...context });
      return { verdict: 'session', why: '', sealedSession, triesLeft: TRIES, tellOperators: false };
    }
    case 'wrongCode': {
      const triesLeft = TRIES - (await attempts.countRefusal(request.requestId, answer.attempt));
      if (triesLeft <= 0) return end('locked', `AWS refused ${TRIES} codes.`);
      const left = triesLeft === 1 ? 'one try is left' : `${triesLeft} tries are left`;
      return {
        ...askAgain(`AWS refused the code: it is wrong, or was used already. Wait for the next code on your device; ${left}.`),
        triesLeft,
      };
    }
    case 'notValidated':
      return notValidated(unknown);
    case 'throttled':
      return askAgain('AWS has too much to do and did not look at the code. Wait a minute, then give a new one.');
    case 'answerLost':
      return askAgain(
        'AWS’s answer was lost: nobody knows whether it gave a session, and the code may be spent. Wait for the next code and give that.',
      );
    case 'neverSent':
      return askAgain('AWS could not be reached, so the code was not used. Give a code again.');
    case 'notAuthorized': {
      const why =
        'AWS does not let this approver take the session: the deletion role’s trust or the policy of the approver’s user is at fault.';
      return { ...end('stopped', `${why} An operator mends it.`), tellOperators: true };
    }
    case 'badKey':
      return { ...end('stopped', 'AWS does not know the approver’s access key. An operator replaces it.'), tellOperators: true };
  }
}

const askAgain = (why: string): Judged => ({ verdict: 'askAgain', why, sealedSession: null, triesLeft: TRIES, tellOperators: false });
const end = (verdict: Judged['verdict'], why: string): Judged => ({
  verdict,
  why,
  sealedSession: null,
  triesLeft: 0,
  tellOperators: false,
});

function notValidated(unknown: ReturnType<typeof unvalidated> | undefined): Judged {
  const wait = unknown?.wait ?? '3 minutes';
  switch (unknown?.fault ?? 'either') {
    case 'throttled':
      return askAgain(`AWS looks at no more codes of this device for now, not even right ones. Give a new one in ${wait}.`);
    case 'either': {
      const why = `AWS could not check the code. Either it looks at no more codes of this device for now: give a new one in ${wait}. Or the MFA serial in the configuration is wrong: operators are told.`;
      return { ...askAgain(why), tellOperators: true };
    }
    case 'serial': {
      const why =
        'AWS does not know the MFA device: its serial in the configuration is not the one of the approver’s device. An operator mends it.';
      return { ...end('stopped', why), tellOperators: true };
    }
  }
}
