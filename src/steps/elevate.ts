/** Elevate: spends the code in one call to STS, and gives the session sealed for the one function that works with it. */
import type { Attempts } from '../aws/attempts.ts';
import type { Audit } from '../aws/audit.ts';
import { type CodeResult, takeSession } from '../aws/mfa.ts';
import type { Seals } from '../aws/sealed.ts';
import { parseAccessKey, type SecretReader } from '../aws/secrets.ts';
import type { Config } from '../config.ts';
import { sessionPolicy } from '../domain/policies.ts';
import type { Elevation } from '../domain/request.ts';
import { decide } from '../domain/rules.ts';
import type { ElevateInput } from './inputs.ts';

export interface ElevateParts {
  config: Config;
  attempts: Attempts;
  audit: Audit;
  seals: Seals;
  secrets: SecretReader;
  deletionRoleArn: string;
  now: () => number;
}

type Judged = Omit<Elevation, 'attempt' | 'auditHead'>;

/** Refused codes after which a request is locked. */
const TRIES = 3;

/** Decides who may once more, then asks STS. Run again, it gives the result there is, or says that the answer was lost. */
export async function elevate(input: ElevateInput, parts: ElevateParts): Promise<Elevation> {
  const { config, attempts, audit, now } = parts;
  const { request, answer } = input;
  const { requestId, bucket, requester, team } = request;
  const record = async (result: Judged): Promise<Elevation> => {
    const entry = `${String(answer.attempt).padStart(3, '0')}-3-${result.verdict}`;
    const what = { approver: answer.approver, bucket, why: result.why };
    const { head } = await audit.record({ requestId, entry, at: input.enteredAt, who: 'elevate', what, previous: answer.auditHead });
    return { ...result, attempt: answer.attempt, auditHead: head };
  };
  const none = { sealedSession: null, triesLeft: 0 };

  if (now() >= Date.parse(request.expiresAt))
    return record({ ...none, verdict: 'expired', why: 'The code came when the time was over; it was not used.' });
  const decision = decide({ kind: 'approve', bucket, team, user: answer.slackUser, requester }, config);
  if (!decision.allow || decision.approver?.name !== answer.approver) {
    const paused = !decision.allow && decision.reason === 'paused';
    const why = paused ? decision.why : 'The configuration does not let this approver approve it any more.';
    return record({ ...none, verdict: 'stopped', why: `The code was not used. ${why}` });
  }

  const begun = await attempts.begin(requestId, answer.attempt, new Date(now()).toISOString());
  if (!begun.mine) return begun.result ?? record(await judge({ kind: 'answerLost', error: 'Died' }, input, parts));
  const result = await spend(input, parts);
  const elevation = await record(await judge(result, input, parts));
  await attempts.finish(requestId, answer.attempt, elevation);
  return elevation;
}

/** Opens the code, reads the key, makes the call. */
async function spend({ request, answer }: ElevateInput, parts: ElevateParts): Promise<CodeResult> {
  const { config, seals, secrets, deletionRoleArn } = parts;
  const approver = config.approvers[answer.approver];
  if (!approver) return { kind: 'notAuthorized', error: 'NoApprover' };
  const { requestId, bucket } = request;
  const context = { requestId, bucket, account: config.account, approver: approver.name, attempt: answer.attempt };
  const [code, secret] = await Promise.all([seals.open(answer.sealedCode, { purpose: 'code', ...context }), secrets.read(approver.secret)]);
  return takeSession({
    approver,
    key: parseAccessKey(secret, approver.secret),
    code,
    region: config.region,
    requestId,
    bucket,
    deletionRoleArn,
    sessionPolicy: sessionPolicy({ bucket, actions: request.rehearsal ? ['s3:ListBucketVersions'] : ['s3:DeleteBucket'] }),
  });
}

/** What follows from what AWS made of the code, in words for the approver. */
async function judge(result: CodeResult, { request, answer }: ElevateInput, parts: ElevateParts): Promise<Judged> {
  const { config, seals, attempts } = parts;
  const again = (why: string) => ({ verdict: 'askAgain' as const, why, sealedSession: null, triesLeft: TRIES });
  const stop = (why: string) => ({ verdict: 'stopped' as const, why, sealedSession: null, triesLeft: 0 });
  switch (result.kind) {
    case 'session': {
      const context = {
        requestId: request.requestId,
        bucket: request.bucket,
        account: config.account,
        approver: answer.approver,
        attempt: answer.attempt,
      };
      const sealedSession = await seals.seal(result.session, { purpose: 'session', ...context });
      return { verdict: 'session', why: '', sealedSession, triesLeft: TRIES };
    }
    case 'wrongCode': {
      const triesLeft = TRIES - (await attempts.countRefusal(request.requestId, answer.attempt));
      if (triesLeft <= 0) {
        return { verdict: 'locked', why: `AWS refused ${TRIES} codes. It can be asked anew.`, sealedSession: null, triesLeft: 0 };
      }
      const left = triesLeft === 1 ? 'one try is left' : `${triesLeft} tries are left`;
      return {
        ...again(`AWS refused the code: it is wrong, or was used already. Wait for the next code on your device; ${left}.`),
        triesLeft,
      };
    }
    case 'notValidated':
      return again(
        'AWS could not check the code. Either too many codes were tried on this device within three minutes: wait three minutes, then give a new one. Or the MFA serial in the configuration is wrong: an operator can tell.',
      );
    case 'throttled':
      return again('AWS has too much to do and did not look at the code. Wait a minute, then give a new one.');
    case 'answerLost':
      return again('AWS’s answer was lost, and the code may be spent. Wait for the next code on your device and give that.');
    case 'neverSent':
      return again('AWS could not be reached, so the code was not used. Give a code again.');
    case 'notAuthorized':
      return stop(
        'AWS does not let this approver take the session: the trust of the deletion role or the policy of the approver’s user is at fault. An operator checks both (docs/install.md).',
      );
    case 'badKey':
      return stop(
        'AWS does not know the approver’s access key. An operator puts a valid key into the approver’s secret (docs/install.md).',
      );
  }
}
