/** How the command tells of MFA Delete: lines for a person, or one JSON document. */
import type { Refusal, Versioning } from '../src/aws/mfa-delete.ts';
import type { Result } from './mfa-delete.ts';
import type { Verb } from './mfa-delete-request.ts';
import { coloured } from './terminal.ts';

const command = (verb: Verb, bucket: string) => `npx --no interlock mfa-delete ${verb} ${bucket}`;

export const onOrOff = (on: boolean): 'on' | 'off' => (on ? 'on' : 'off');

/** `MFA Delete is on, versioning is suspended`. */
export const standing = ({ mfaDelete, versioning }: Versioning): string =>
  `MFA Delete is ${onOrOff(mfaDelete)}, versioning ${versioning === 'never on' ? 'was never on' : `is ${versioning}`}`;

/** The result, what it means, and what comes next. Of one that failed nothing: that is told elsewhere. */
export function linesOf(verb: Verb, account: string, result: Result): string[] {
  const { bucket, region, state, versioning, mfaDelete } = result;
  if (state === 'failed' || versioning === undefined || mfaDelete === undefined) return [];
  const about = { versioning, mfaDelete };
  const unchanged = state === 'unchanged' ? '; nothing to change, and no code was asked for' : '';
  const head = `${coloured('bold', `${bucket} (${region ?? ''})`)}: ${standing(about)}${unchanged}`;
  return [head, ...[...meaning(about, account), ...next(verb, result)].map((line) => `  ${line}`)];
}

function meaning({ mfaDelete, versioning }: Versioning, account: string): string[] {
  if (mfaDelete) {
    return [
      `Root of account ${account} alone can delete versions and change the versioning, with a code each time; no session can, so neither can Interlock.`,
      'An ordinary delete hides an object behind a marker, as ever. S3 takes no lifecycle rules.',
    ];
  }
  if (versioning === 'never on') return ['There are no versions to keep: MFA Delete needs versioning.'];
  return ['Whoever may s3:DeleteObjectVersion deletes versions, without a code.'];
}

/** What to do next, in sentences. */
export function next(verb: Verb, { bucket, state, versioning, mfaDelete }: Result): string[] {
  if (state === 'failed') return [];
  if (state === 'switched') {
    const then = mfaDelete
      ? []
      : ['Now ask again in Slack for what was refused.', `Where the bucket stays, switch it on again then: ${command('on', bucket)}`];
    return [...then, "Delete root's access key if you made it for this: in the console, as root, under Security credentials."];
  }
  if (mfaDelete) return verb === 'on' ? [] : [`To switch it off, as root: ${command('off', bucket)}`];
  return versioning === 'never on' || verb === 'off' ? [] : [`To switch it on, as root: ${command('on', bucket)}`];
}

/** Why S3 refused, with the mend. S3's own text isn't told: it may hold the code. */
export function refusalSentence(why: Refusal, { bucket }: Pick<Result, 'bucket'>, account: string, name = why as string): string {
  switch (why) {
    case 'code':
      return 'AWS refused the code: it is wrong, or was used already, for whatever call. Take the next one. If three in a row are refused: is it the entry of this device, is the clock of the phone right?';
    case 'device':
      return "That is no device of root's that shows codes now, by AWS's word: compare --serial with root's devices in the console (Security credentials). The code may be used up: take the next one.";
    case 'session':
      return "S3 takes no code with temporary credentials: take an access key of root's.";
    case 'not the owner':
      return `S3 lets root of the bucket's account alone do this, and holds these credentials for somebody else's: take an access key of root of account ${account}.`;
    case 'denied by a policy':
      return `A policy denies it, to root too. A hardened guard does: take it off first (/guard-bucket ${bucket} in Slack, Put the basic guard on; or as root npx --no interlock guard remove ${bucket}), then run this again with the next code. Else it is a policy of the organisation.`;
    case 'denied':
      return 'S3 refused (AccessDenied), and does not say why: see whether the organisation denies it to root. The code may be used up.';
    case 'lifecycle rules':
      return 'It has lifecycle rules, and S3 takes no MFA Delete beside them: remove them first (aws s3api delete-bucket-lifecycle, or the console).';
    case 'Object Lock':
      return 'It has Object Lock, and S3 does not switch MFA Delete there: its versions are kept by retention and legal holds instead.';
    case 'gone':
      return 'The bucket was deleted meanwhile.';
    case 'busy':
      return 'S3 is at work on the bucket (OperationAborted): wait a minute, and take the next code.';
    case 'other':
      return `S3 refused (${name}). The code may be used up: take the next one.`;
  }
}

/** The result as one document. */
export function jsonOf(verb: Verb, account: string, result: Result): string {
  return JSON.stringify({ command: `mfa-delete ${verb}`, account, ...result, next: next(verb, result) }, null, 2);
}
