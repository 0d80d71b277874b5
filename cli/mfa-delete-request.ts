/** What was asked for of MFA Delete, and what is wrong with its words: found before anything is loaded or asked. */
import { parseBucket } from '../src/domain/bucket-name.ts';
import { Failure } from './failure.ts';
import { canAsk } from './terminal.ts';

export type Verb = 'status' | 'off' | 'on';

export interface MfaDeleteRequest {
  bucket: string;
  /** Of root's device; looked up where it isn't given. */
  serial?: string | undefined;
  /** The code comes through a pipe. */
  codeStdin?: boolean | undefined;
  json?: boolean | undefined;
}

/** IAM API reference, "EnableMFADevice", SerialNumber. */
const SERIAL = /^[\w+=/:,.@-]{9,256}$/;

/** The request, with the bucket's name in whatever was typed for it. Throws Failure where the words don't make one, or nobody is there to type a code. */
export function checkMfaDelete(verb: Verb, request: MfaDeleteRequest): MfaDeleteRequest {
  const { bucket, serial, codeStdin } = request;
  const parsed = parseBucket(bucket);
  if (!parsed.ok) throw new Failure(`${bucket}: ${parsed.why.charAt(0).toLowerCase()}${parsed.why.slice(1).replace(/\.$/, '')}`, HELP);
  // What was typed isn't repeated: somebody may have typed the code with it.
  if (serial !== undefined && !SERIAL.test(serial)) {
    throw new Failure(
      "--serial: that is no device's serial",
      'arn:aws:iam::…:mfa/… of a virtual device, the number on the back of a hardware one',
    );
  }
  if (serial !== undefined && /:(?:u2f|sms-mfa)\//.test(serial)) {
    throw new Failure('--serial: that is a security key or passkey, which shows no code', 'name a device of root that shows six digits');
  }
  if (verb !== 'status' && codeStdin && process.stdin.isTTY) {
    throw new Failure('--code-stdin takes the code from a pipe, and there is none', 'leave it out, and the code is asked for');
  }
  if (verb !== 'status' && !codeStdin && !canAsk()) {
    throw new Failure(
      'nothing was changed: nobody is there to type the code',
      'run it in a terminal, or pipe the code in with --code-stdin',
    );
  }
  return { ...request, bucket: parsed.bucket };
}

const HELP = 'npx --no interlock mfa-delete --help';
