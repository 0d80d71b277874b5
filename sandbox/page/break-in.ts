/** Tries to break in, as the page's buttons do: real calls, signed with real keys of the sandbox, that AWS answers as it would anybody. */
import { DeleteBucketCommand, DeleteBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import type { Aws } from '../aws/aws.ts';
import type { Functions } from '../functions.ts';
import { HttpError } from '../http.ts';
import type { Seeded } from '../seed.ts';
import type { BreakIn, BreakInAnswer } from './wire.ts';

export interface BreakInParts {
  aws: Pick<Aws, 'account' | 'region' | 's3' | 'iam' | 'mfa'>;
  seeded: Seeded;
  /** Where AWS is. */
  endpoint: string;
  functions: Pick<Functions, 'list'>;
}

interface Try {
  /** The profile whose key signs. */
  as: (approver: string) => string;
  what: (bucket: string) => string;
  call: (bucket: string, approver: string, parts: BreakInParts, client: ReturnType<typeof clientOf>) => Promise<unknown>;
  denied: (bucket: string, approver: string) => string;
  allowed: (bucket: string, approver: string) => string;
}

const TRIES: Record<BreakIn['try'], Try> = {
  'delete-as-administrator': {
    as: () => 'admin',
    what: (bucket) => `s3:DeleteBucket on ${bucket}`,
    call: (bucket, _, __, { s3 }) => s3.send(new DeleteBucketCommand({ Bucket: bucket })),
    denied: (bucket) =>
      `The administrator may do everything in this account, and still can’t delete ${bucket}: the guard denies it to everybody without an approver’s code.`,
    allowed: (bucket) => `${bucket} has no guard, so whoever has enough rights deletes it. /guard-bucket asks for one.`,
  },
  'delete-without-code': {
    as: (approver) => approver,
    what: (bucket) => `s3:DeleteBucket on ${bucket}`,
    call: (bucket, _, __, { s3 }) => s3.send(new DeleteBucketCommand({ Bucket: bucket })),
    denied: (_, approver) =>
      `The key alone can do nothing but ask for a session, with a code. Whoever steals ${approver}’s key has half of what it takes.`,
    allowed: (bucket) => `${bucket} is gone. That should not have been possible.`,
  },
  'take-guard-off': {
    as: () => 'admin',
    what: (bucket) => `s3:DeleteBucketPolicy on ${bucket}`,
    call: (bucket, _, __, { s3 }) => s3.send(new DeleteBucketPolicyCommand({ Bucket: bucket })),
    denied: (bucket) =>
      `The guard of ${bucket} denies its own removal too (hardened): it comes off with an approver’s code, as it went on.`,
    allowed: (bucket) =>
      `The policy of ${bucket} is gone, its guard with it: a basic guard, or none, doesn’t deny that. The daily check says so; a hardened guard denies it.`,
  },
  'replay-code': {
    as: (approver) => approver,
    what: (bucket) => `a session for ${bucket}, with the code just used`,
    call: replay,
    denied: (_, approver) => `A code works once. ${approver}’s was used for the session that it was given for, and is worth nothing now.`,
    allowed: () => 'AWS took the code a second time. That should not have been possible.',
  },
};

/** Tries it. Throws HttpError 400 for what can't be tried as things are. */
export async function breakIn(parts: BreakInParts, asked: Record<string, unknown>): Promise<BreakInAnswer> {
  const { try: name, bucket, approver = 'alice' } = asked;
  const tried = Object.hasOwn(TRIES, String(name)) ? TRIES[name as BreakIn['try']] : undefined;
  if (!tried) throw new HttpError(400, `try must be one of ${Object.keys(TRIES).join(', ')}`);
  if (typeof bucket !== 'string' || !parts.aws.s3.find(bucket))
    throw new HttpError(400, `there is no bucket ${bucket}; choose one that is there`);
  if (typeof approver !== 'string' || !Object.hasOwn(parts.seeded.devices, approver))
    throw new HttpError(400, `there is no approver ${approver}`);
  const as = tried.as(approver);
  const client = clientOf(parts, as);
  const elsewhere = parts.aws.s3.find(bucket)?.account !== parts.aws.account;
  const say = (done: boolean, error: BreakInAnswer['error']): BreakInAnswer => ({
    done,
    asked: `${tried.what(bucket)}, with the access key of ${as}`,
    error,
    words: done ? tried.allowed(bucket, approver) : whyNot(error),
  });
  const whyNot = (error: BreakInAnswer['error']) => {
    if (error?.code !== 'AccessDenied') return 'Not because of who asked: AWS looks at rights first, then at this.';
    return elsewhere && name !== 'replay-code'
      ? `${bucket} is another account’s: nobody here may touch it.`
      : tried.denied(bucket, approver);
  };
  try {
    await tried.call(bucket, approver, parts, client);
    return say(true, null);
  } catch (error) {
    if (error instanceof HttpError) throw error;
    const { name: code, message } = error as Error;
    return say(false, { code, message });
  } finally {
    client.s3.destroy();
    client.sts.destroy();
  }
}

function clientOf({ aws, seeded, endpoint }: BreakInParts, profile: string) {
  const credentials = seeded.profiles[profile];
  if (!credentials) throw new HttpError(400, `there is no key of ${profile}`);
  // Its own answer, not that of a fifth attempt.
  const options = { endpoint, region: aws.region, credentials, maxAttempts: 1 };
  return { s3: new S3Client({ ...options, forcePathStyle: true }), sts: new STSClient(options) };
}

/** As `elevate` asks for a session: of the deletion role, where the approver's key may do that, else of the approver's own. */
async function replay(
  bucket: string,
  approver: string,
  { aws, seeded, functions }: BreakInParts,
  { sts }: ReturnType<typeof clientOf>,
): Promise<void> {
  const SerialNumber = seeded.devices[approver]?.serial ?? '';
  const TokenCode = aws.mfa.spent(SerialNumber);
  if (TokenCode === undefined)
    throw new HttpError(400, `no code of ${approver} was used yet: approve a request first, then try its code again`);
  const owner = aws.iam.devices.get(SerialNumber)?.owner;
  const RoleArn = functions.list().find(({ environment }) => environment.DELETION_ROLE_ARN)?.environment.DELETION_ROLE_ARN;
  const mayAssume = JSON.stringify(aws.iam.roleByArn(RoleArn ?? '')?.trust ?? '').includes(`/${owner}"`);
  const mfa = { SerialNumber, TokenCode, DurationSeconds: 900 };
  if (!mayAssume) return void (await sts.send(new GetSessionTokenCommand(mfa)));
  const Tags = [{ Key: 'interlock-bucket', Value: bucket }];
  await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'req-replay', SourceIdentity: owner, Tags, ...mfa }));
}
