import { deflateRawSync } from 'node:zlib';
import type { AssumeRoleCommandInput, GetSessionTokenCommandInput } from '@aws-sdk/client-sts';
import { validateIdentityPolicy } from '@cloud-copilot/iam-policy';
import { AwsError } from '../service.ts';

/**
 * UNVERIFIED: AWS packs session policy and tags into a binary form of unknown size and format, and answers with the share of the limit
 * that it took. Here deflated bytes stand for it. To check: compare PackedPolicySize of real answers.
 */
const PACKED_LIMIT = 2048;

type Constraint = [member: string, value: string | undefined, pattern: RegExp, shown: string, least: number, most: number];

/** Of a session tag (STS API reference, "Tag"). */
const TAG_PATTERN = String.raw`[\p{L}\p{Z}\p{N}_.:/=+\-@]`;
const TAG_KEY = new RegExp(`^${TAG_PATTERN}+$`, 'u');
const TAG_VALUE = new RegExp(`^${TAG_PATTERN}*$`, 'u');

/** Constraints of the members (STS API reference, "AssumeRole", "Request Parameters"). Throws AwsError as STS words them. */
export function checkAssumeRole(input: AssumeRoleCommandInput): void {
  checkDuration(input.DurationSeconds ?? 3600, 43_200);
  checkConstraints([
    [
      'roleArn',
      input.RoleArn,
      /^[\t\n\r\u0020-\u{10FFFF}]+$/u,
      '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+',
      20,
      2048,
    ],
    ['roleSessionName', input.RoleSessionName, /^[\w+=,.@-]*$/, '[\\w+=,.@-]*', 2, 64],
    ['sourceIdentity', input.SourceIdentity, /^[\w+=,.@-]*$/, '[\\w+=,.@-]*', 2, 64],
    ['policy', input.Policy, /^[\t\n\r\u0020-\u00FF]+$/, '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+', 1, 2048],
    ...(input.Tags ?? []).flatMap(({ Key, Value }, index): Constraint[] => [
      [`tags.${index + 1}.member.key`, Key, TAG_KEY, `${TAG_PATTERN}+`, 1, 128],
      [`tags.${index + 1}.member.value`, Value, TAG_VALUE, `${TAG_PATTERN}*`, 0, 256],
    ]),
  ]);
  checkMfaInput(input);
  if (!/^arn:aws:iam::\d{12}:role\/.+$/.test(input.RoleArn ?? '')) throw new AwsError('ValidationError', `${input.RoleArn} is invalid`);
  if (input.Policy !== undefined) checkPolicy(input.Policy);
  // Left out silently they would make the session wider than AWS makes it.
  if (input.PolicyArns?.length || input.ProvidedContexts?.length) {
    throw new AwsError('ValidationError', 'PolicyArns and ProvidedContexts are not served in the sandbox');
  }
  const keys = (input.Tags ?? []).map((tag) => tag.Key ?? '');
  if (keys.length > 50 || new Set(keys.map((key) => key.toLowerCase())).size < keys.length) {
    throw new AwsError('InvalidParameterValue', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  }
  const size = packedSize(input);
  if (size > 100)
    throw new AwsError('PackedPolicyTooLarge', `Packed policy consumes ${size}% of allotted space, please use smaller policy.`);
}

/** Throws AwsError where serial or code don't have the right form; the value is quoted back, as STS does. */
export function checkMfaInput(input: Pick<GetSessionTokenCommandInput, 'SerialNumber' | 'TokenCode'>): void {
  checkConstraints([
    ['serialNumber', input.SerialNumber, /^[\w+=/:,.@-]*$/, '[\\w+=/:,.@-]*', 9, 256],
    ['tokenCode', input.TokenCode, /^\d*$/, '[\\d]*', 6, 6],
  ]);
}

/** Throws AwsError where a session's length is below 15 minutes or above `most` seconds. */
export function checkDuration(seconds: number, most: number): void {
  const bound = seconds < 900 ? 'greater than or equal to 900' : seconds > most ? `less than or equal to ${most}` : undefined;
  if (bound) throw failure([`Value '${seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value ${bound}`]);
}

/** The share of the limit that session policy and tags take, in percent. */
export function packedSize(input: AssumeRoleCommandInput): number {
  const text = (input.Policy ?? '') + (input.Tags ?? []).map((tag) => `${tag.Key}=${tag.Value}`).join();
  return text === '' ? 0 : Math.ceil((deflateRawSync(text).length / PACKED_LIMIT) * 100);
}

function checkPolicy(text: string): void {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw new AwsError('MalformedPolicyDocument', 'This policy contains invalid Json');
  }
  const [fault] = validateIdentityPolicy(policy);
  if (fault) throw new AwsError('MalformedPolicyDocument', `Syntax errors in policy: ${fault.message} (${fault.path})`);
}

function checkConstraints(constraints: Constraint[]): void {
  const faults = constraints.flatMap(([member, value, pattern, shown, least, most]) => {
    if (value === undefined) return [];
    const at = `Value '${value}' at '${member}' failed to satisfy constraint: Member must`;
    return [
      ...(pattern.test(value) ? [] : [`${at} satisfy regular expression pattern: ${shown}`]),
      ...(value.length < least ? [`${at} have length greater than or equal to ${least}`] : []),
      ...(value.length > most ? [`${at} have length less than or equal to ${most}`] : []),
    ];
  });
  if (faults.length > 0) throw failure(faults);
}

const failure = (faults: string[]): AwsError =>
  new AwsError('ValidationError', `${faults.length} validation error${faults.length > 1 ? 's' : ''} detected: ${faults.join('; ')}`);
