/**
 * What a service of the sandbox's AWS is: a table of operations, each with AWS's own schema, what IAM is asked
 * before it runs, and a function from the SDK's input type to the SDK's output type.
 */

/** Who signed a call. */
export type Caller =
  | { kind: 'anonymous' }
  | { kind: 'root'; arn: string; account: string; id: string; accessKeyId: string }
  | { kind: 'user'; arn: string; account: string; id: string; name: string; accessKeyId: string; tags: Record<string, string> }
  | {
      /** Temporary credentials: of a role (AssumeRole, or a function's own), of a user or of root (GetSessionToken). */
      kind: 'session';
      arn: string;
      account: string;
      id: string;
      accessKeyId: string;
      /** The ARN of the role, user or root behind the session: `aws:PrincipalArn`. */
      principalArn: string;
      of: 'role' | 'user' | 'root';
      roleName?: string;
      userName?: string;
      sessionName?: string;
      sourceIdentity?: string;
      tags: Record<string, string>;
      /** The tags that a role assumed with this session inherits. */
      transitiveTags?: Record<string, string>;
      sessionPolicy?: unknown;
      /** Milliseconds since 1970. */
      issuedAt: number;
      expiresAt: number;
      /** When a code was given, in milliseconds since 1970; only on sessions that carry MFA. */
      mfaAt?: number;
      /** The reading of `aws:MultiFactorAuthPresent` on this session. */
      mfaPresent?: boolean;
    }
  | { kind: 'service'; service: string };

/** One call, as an operation sees it. */
export interface Call {
  caller: Caller;
  account: string;
  /** The region in the signature's scope. */
  region: string;
  requestId: string;
  /** Milliseconds since 1970, by the sandbox's clock. */
  now: number;
  /** The request's headers, names in lower case. */
  headers: Record<string, string>;
  /** The endpoint's own address, `http://127.0.0.1:<port>`. */
  endpoint: string;
  /** Asks IAM while the operation runs, for answers per item (DeleteObjects); a refusal is a value, `message` in AWS's words. */
  check(question: Question): Promise<{ allowed: boolean; message: string }>;
  /** Set by STS where a code was right and no question told it, for the call log. */
  mfa?: boolean;
}

/** One question to IAM. */
export interface Question {
  /** `s3:DeleteBucket`. */
  action: string;
  /** An ARN, or `*` where the action knows no resource type. */
  resource: string;
  /** The account that owns the resource. */
  resourceAccount: string;
  /** Context keys beside those that follow from the caller (`sts:SourceIdentity`, `s3:prefix`, `kms:EncryptionContext:purpose`, …). */
  context?: Record<string, string | string[]>;
  /** The policy on the resource, if there is one. */
  resourcePolicy?: unknown;
  /** How the resource policy counts: `trust` and `key` must allow by themselves. */
  resourcePolicyKind?: 'bucket' | 'trust' | 'key' | 'secret';
}

export interface Operation<Input = never, Output = unknown> {
  /**
   * The operation's schema from the SDK (`ListObjectVersions$` of `@aws-sdk/client-s3`): `[9, namespace, name, traits, input, output]`.
   * Without one (awsJson only), input and output are the JSON itself.
   */
  schema?: unknown;
  /** What IAM is asked before it runs; every question must be allowed. Throws AwsError where the input is wrong before that. */
  questions(input: Input, call: Call): Question[] | Promise<Question[]>;
  run(input: Input, call: Call): Output | Promise<Output>;
}

export interface Service {
  /** The name in the signature's scope: `s3`, `sts`, `kms`, `secretsmanager`, `states`, `dynamodb`, `iam`. */
  name: string;
  protocol: 'restXml' | 'awsQuery' | 'awsJson1_0' | 'awsJson1_1';
  /** The part of `x-amz-target` before the dot, for awsJson. */
  target?: string;
  /** Where two services share a signing name (`s3` and S3 Control): the paths of this one begin so (`/v20180820/`), and no bucket stands before. */
  pathPrefix?: string;
  /** The namespace of restXml's answers; S3's own when absent. */
  xmlNamespace?: string;
  /** Actions that IAM is asked for beside those that are named like operations (`s3:ListBucket`, `sts:TagSession`). */
  actions?: string[];
  /** The ARN of what a call is about, by its input, for the call log where the call fails before IAM is asked. */
  about?(input: Record<string, unknown>): string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: a table of operations, each with its own input type
  operations: Record<string, Operation<any, any>>;
}

/** An error as AWS answers it on the wire. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: string;
  readonly status: number;
  /** Further members of the error's body (`BucketName`, `Region`, …) and `headers` to set. */
  readonly fields: Record<string, string>;
  readonly headers: Record<string, string>;

  constructor(code: string, message: string, status = 400, fields: Record<string, string> = {}, headers: Record<string, string> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.fields = fields;
    this.headers = headers;
  }
}
