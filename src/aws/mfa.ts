/**
 * Code → session: the one call in which AWS itself checks the six digits. Signed with the approver's own long-term key
 * and never retried: a retry would send a code that is spent.
 */
import { AssumeRoleCommand, type Credentials, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import type { Approver } from '../config.ts';
import { Secret } from '../secret.ts';
import { clientOptions, nameOf, neverSent, statusOf } from './clients.ts';
import type { AccessKey } from './secrets.ts';

/** Temporary credentials, since when there are, and when they end (ISO 8601; by AWS's clock). */
export interface Session {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  givenAt: string;
  expiresAt: string;
}

/** What AWS made of a code. Only `wrongCode` counts as a try. Nothing of AWS's own text goes on: STS may repeat the code in it (aws/aws-cli#4648). */
export type CodeResult =
  | { kind: 'session'; session: Secret; expiresAt: string }
  | { kind: 'wrongCode' | 'notValidated' | 'throttled' | 'notAuthorized' | 'badKey' | 'answerLost' | 'neverSent' };

export interface SessionRequest {
  approver: Approver;
  key: AccessKey;
  code: Secret;
  region: string;
  requestId: string;
  bucket: string;
  deletionRoleArn: string;
  /** JSON text, 2,048 characters at most (AssumeRole, API reference). */
  sessionPolicy: string;
  /** How long the session lasts. */
  seconds: number;
}

/** The shortest session that STS gives (AssumeRole, API reference, `DurationSeconds`); a deletion takes seconds. */
export const SHORTEST_SESSION = 900;

/** Asks STS for a session with the approver's key and code. Sends the code once, whatever happens. */
export async function takeSession(wanted: SessionRequest): Promise<CodeResult> {
  const sts = new STSClient({
    ...clientOptions(wanted.region, 1),
    credentials: { accessKeyId: wanted.key.accessKeyId, secretAccessKey: wanted.key.secretAccessKey.reveal() },
  });
  try {
    const { Credentials } = await (wanted.approver.session === 'role' ? assumeRole(sts, wanted) : getSessionToken(sts, wanted));
    return toSession(Credentials, wanted.seconds);
  } catch (error) {
    return { kind: classify(error) };
  } finally {
    sts.destroy();
  }
}

function assumeRole(sts: STSClient, wanted: SessionRequest) {
  return sts.send(
    new AssumeRoleCommand({
      RoleArn: wanted.deletionRoleArn,
      RoleSessionName: wanted.requestId,
      SourceIdentity: wanted.approver.user.split('/').at(-1),
      SerialNumber: wanted.approver.mfaSerial,
      TokenCode: wanted.code.reveal(),
      DurationSeconds: wanted.seconds,
      Tags: [{ Key: 'interlock-bucket', Value: wanted.bucket }],
      Policy: wanted.sessionPolicy,
    }),
  );
}

function getSessionToken(sts: STSClient, wanted: SessionRequest) {
  return sts.send(
    new GetSessionTokenCommand({
      SerialNumber: wanted.approver.mfaSerial,
      TokenCode: wanted.code.reveal(),
      DurationSeconds: wanted.seconds,
    }),
  );
}

function toSession(credentials: Credentials | undefined, seconds: number): CodeResult {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = credentials ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration) return { kind: 'answerLost' };
  const session: Session = {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    givenAt: new Date(Expiration.getTime() - seconds * 1000).toISOString(),
    expiresAt: Expiration.toISOString(),
  };
  return { kind: 'session', session: new Secret(JSON.stringify(session)), expiresAt: session.expiresAt };
}

/**
 * Tells refusals apart. STS gives `AccessDenied` for all of them; only the message differs, and its blanks vary
 * (aws/aws-cli#4648, hashicorp/terraform-provider-aws#3885, 1Password/shell-plugins#180; read November 2026).
 */
function classify(error: unknown): Exclude<CodeResult['kind'], 'session'> {
  const status = statusOf(error);
  const name = nameOf(error);
  const message = error instanceof Error ? error.message.replace(/\s+/g, ' ') : '';
  if (status === undefined) return neverSent(error) ? 'neverSent' : 'answerLost';
  if (status >= 500) return 'answerLost';
  if (/Throttl|TooManyRequests|RequestLimitExceeded/i.test(name)) return 'throttled';
  if (/InvalidClientTokenId|SignatureDoesNotMatch|UnrecognizedClient|OptInRequired/.test(name)) return 'badKey';
  if (/invalid MFA one time pass ?code/i.test(message)) return 'wrongCode';
  if (/unable to validate MFA code/i.test(message)) return 'notValidated';
  return 'notAuthorized';
}
