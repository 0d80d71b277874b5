/** `interlock mfa-delete`: says how a bucket's MFA Delete stands, and switches it, for the person who holds root. Keeps nothing. */
import { setTimeout } from 'node:timers/promises';
import { homeOf } from '../src/aws/buckets.ts';
import { clientOptions, nameOf } from '../src/aws/clients.ts';
import { hasLifecycleRules, readVersioning, switchMfaDelete, type Versioning } from '../src/aws/mfa-delete.ts';
import { parseCode } from '../src/domain/code.ts';
import { Secret } from '../src/secret.ts';
import { type Aws, connect } from './aws.ts';
import { EXIT, Failure, failureOf } from './failure.ts';
import type { MfaDeleteRequest, Verb } from './mfa-delete-request.ts';
import { jsonOf, linesOf, onOrOff, refusalSentence, standing } from './mfa-delete-tell.ts';
import { answerTo, plain, say, warn } from './terminal.ts';

export interface Result {
  bucket: string;
  region?: string;
  /** `unchanged`: it was as wanted, and no code was asked for. */
  state: 'seen' | 'switched' | 'unchanged' | 'failed';
  /** Why it failed. */
  why?: string;
  versioning?: Versioning['versioning'];
  mfaDelete?: boolean;
}

/** Asks whoever is there for a code, in these words; empty where none comes. */
export type AskCode = (question: string) => Promise<string>;

/**
 * Runs one of the command's verbs, and tells the result. Gives the exit code: 0 done, whatever `status` says; 1 it failed for this bucket, or the
 * code was refused. Throws Failure where it could not run, and the SDK's errors of calls that carry no code.
 */
export async function mfaDelete(verb: Verb, request: MfaDeleteRequest): Promise<number> {
  const aws = await connect();
  const result = await perform(verb, request, aws, request.codeStdin ? pipedCode : answerTo);
  if (request.json) say(jsonOf(verb, aws.account, result));
  else for (const line of linesOf(verb, aws.account, result)) say(line);
  if (result.state === 'failed') warn(`${result.bucket}: ${plain(result.why ?? '')}`);
  return result.state === 'failed' ? EXIT.fellShort : 0;
}

/** What the command does with AWS. A code is asked for last, once all is known to be well that can be known without it. */
export async function perform(
  verb: Verb,
  { bucket, serial }: MfaDeleteRequest,
  aws: Aws,
  askCode: AskCode,
  pause: (ms: number) => Promise<unknown> = setTimeout,
): Promise<Result> {
  if (verb !== 'status') await checkRoot(aws);
  const home = await homeOf(aws.s3('us-east-1'), bucket);
  if (home === 'absent') return failed({ bucket }, 'There is no bucket of that name.');
  if (home === 'foreign') {
    return failed({ bucket }, `It isn't a bucket of account ${aws.account}, whose credentials these are: take those of its own.`);
  }
  const { region } = home;
  const s3 = aws.s3(region);
  const before = await unlessDenied(() => readVersioning(s3, bucket, aws.account));
  if (!before)
    return failed({ bucket, region }, 'Its versioning could not be looked at (AccessDenied): that needs s3:GetBucketVersioning.');
  const seen = { bucket, region, ...before };
  if (verb === 'status') return { ...seen, state: 'seen' };

  const wanted = verb === 'on';
  if (before.mfaDelete === wanted) return { ...seen, state: 'unchanged' };
  const { versioning } = before;
  if (versioning === 'never on') return failed(seen, NEVER_ON);
  if (wanted && (await unlessDenied(() => hasLifecycleRules(s3, bucket, aws.account)))) {
    return failed(seen, refusalSentence('lifecycle rules', seen, aws.account));
  }
  const device = serial ?? (await rootsDevice(aws));
  const what = `${bucket} (${region}): ${standing(before)}. One code of root's switches MFA Delete ${onOrOff(wanted)}.`;
  const code = codeIn(await askCode(`${what}\nCode of ${plain(device)}: `));
  const whole = { bucket, account: aws.account, versioning, mfaDelete: wanted, serial: device, code };
  const outcome = await switchMfaDelete({ s3: aws.once(region), ...whole });
  switch (outcome.kind) {
    case 'switched':
      return { ...seen, state: 'switched', mfaDelete: wanted };
    case 'refused':
      return failed(seen, refusalSentence(outcome.why, seen, aws.account, outcome.name));
    case 'unencrypted':
      throw new Failure(
        'the code was not sent: the way to S3 is not encrypted',
        'AWS_ENDPOINT_URL, or the profile, names an address with http://',
      );
    case 'unsent':
      throw failureOf(outcome.cause) ?? new Failure(`the code was not sent: S3 can't be reached (${nameOf(outcome.cause)})`, 'try again');
    case 'lost':
      return afterLostAnswer(seen, wanted, aws, pause);
  }
}

const NEVER_ON =
  'Versioning was never on, and without it there is no MFA Delete. Switch it on first (aws s3api put-bucket-versioning, or the console); it can be suspended later, not taken back.';

/** Root alone, and with its long-term key: S3 refuses anybody else, and the code would be spent. */
async function checkRoot(aws: Aws): Promise<void> {
  if (!/^arn:aws[\w-]*:iam::\d{12}:root$/.test(aws.caller)) {
    throw new Failure(
      `MFA Delete is switched by root of the bucket's account alone, and these credentials are ${aws.caller}`,
      `name a profile with an access key of root's: AWS_PROFILE=… (${MAKE_A_KEY})`,
    );
  }
  const { sessionToken } = await aws.credentials();
  if (sessionToken !== undefined) {
    throw new Failure(
      "these are temporary credentials of root's, as in CloudShell or after aws login, and S3 takes no code with such",
      `name a profile with an access key of root's: AWS_PROFILE=… (${MAKE_A_KEY})`,
    );
  }
}

const MAKE_A_KEY = 'sign in as root, Security credentials, Create access key; delete it afterwards: AWS advises against keeping one';

/** The serial of root's virtual device. Hardware ones are listed nowhere (IAM API reference, "ListVirtualMFADevices"). Throws Failure where there isn't just one. */
async function rootsDevice(aws: Aws): Promise<string> {
  const { IAMClient, paginateListVirtualMFADevices } = await import('@aws-sdk/client-iam');
  const client = new IAMClient({ ...clientOptions('us-east-1'), credentials: aws.credentials });
  const serials: string[] = [];
  const found = await unlessDenied(async () => {
    for await (const { VirtualMFADevices = [] } of paginateListVirtualMFADevices({ client }, { AssignmentStatus: 'Assigned' })) {
      serials.push(
        ...VirtualMFADevices.flatMap(({ SerialNumber, User }) => (User?.Arn === aws.caller && SerialNumber ? [SerialNumber] : [])),
      );
    }
    return serials;
  });
  const [serial, ...more] = serials;
  if (!found) throw new Failure("root's devices could not be listed (AccessDenied)", 'name the device with --serial');
  if (serial === undefined) {
    throw new Failure(
      'root has no virtual MFA device',
      'of a hardware one, which shows codes too, --serial is the number on its back; a passkey or security key shows none: add an authenticator app to root',
    );
  }
  if (more.length > 0)
    throw new Failure(`root has ${serials.length} devices: ${serials.join(', ')}`, 'name the one whose code you type with --serial');
  return serial;
}

/** Throws Failure where these are no six digits: then nothing was sent. */
function codeIn(typed: string): Secret {
  if (typed.trim() === '') throw new Failure('nothing was changed: no code was given');
  const parsed = parseCode(typed);
  if (!parsed.ok)
    throw new Failure('nothing was changed: these are not the six digits that an MFA device shows', 'no code was sent to AWS');
  return new Secret(parsed.code);
}

/** No code is longer, whatever blanks come with it. */
const LONGEST = 100;

async function pipedCode(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin) {
    text += chunk;
    if (text.length > LONGEST) break;
  }
  return text;
}

const LOOKS = 3;

/** S3 shows changes of a bucket's settings after a moment (S3 user guide, "Amazon S3 data consistency model"). */
async function afterLostAnswer(
  before: Omit<Result, 'state' | 'why'>,
  wanted: boolean,
  aws: Aws,
  pause: (ms: number) => Promise<unknown>,
): Promise<Result> {
  for (let look = 0; look < LOOKS; look++) {
    if (look > 0) await pause(1000);
    try {
      const now = await readVersioning(aws.s3(before.region ?? ''), before.bucket, aws.account);
      if (now.mfaDelete === wanted) return { ...before, ...now, state: 'switched' };
    } catch {
      // Then it isn't known.
    }
  }
  const command = `npx --no interlock mfa-delete status ${before.bucket}`;
  return failed(
    before,
    `No answer came from S3, and MFA Delete is not seen to be ${onOrOff(wanted)}; the code may be used up. Look again in a minute (${command}), and only then take the next code.`,
  );
}

async function unlessDenied<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (!/^AccessDenied/.test(nameOf(error))) throw error;
    return undefined;
  }
}

const failed = (about: Omit<Result, 'state' | 'why'>, why: string): Result => ({ ...about, state: 'failed', why });
