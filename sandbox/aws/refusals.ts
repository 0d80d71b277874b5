import { AwsError, type Service } from './service.ts';

/** Why a request is refused before its operation is looked at, or fails as a whole. */
export type RefusalKind =
  | 'unsigned'
  | 'unknown-key'
  | 'bad-token'
  | 'expired-token'
  | 'bad-signature'
  | 'incomplete-signature'
  | 'skewed'
  | 'body-mismatch'
  | 'denied'
  | 'throttled'
  | 'broken'
  | 'unknown-operation';

/** A refusal that each protocol words for itself. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly kind: RefusalKind;

  constructor(kind: RefusalKind, message?: string) {
    super(message ?? '');
    this.kind = kind;
  }
}

type Words = [code: string, status: number, message: string];

// Amazon S3 API reference, "Error responses".
const S3: Record<RefusalKind, Words> = {
  unsigned: ['AccessDenied', 403, 'Access Denied'],
  'unknown-key': ['InvalidAccessKeyId', 403, 'The AWS Access Key Id you provided does not exist in our records.'],
  'bad-token': ['InvalidToken', 400, 'The provided token is malformed or otherwise invalid.'],
  'expired-token': ['ExpiredToken', 400, 'The provided token has expired.'],
  'bad-signature': [
    'SignatureDoesNotMatch',
    403,
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  ],
  'incomplete-signature': ['AuthorizationHeaderMalformed', 400, 'The authorization header that you provided is not valid.'],
  skewed: ['RequestTimeTooSkewed', 403, 'The difference between the request time and the current time is too large.'],
  'body-mismatch': ['XAmzContentSHA256Mismatch', 400, "The provided 'x-amz-content-sha256' header does not match what was computed."],
  denied: ['AccessDenied', 403, 'Access Denied'],
  throttled: ['SlowDown', 503, 'Please reduce your request rate.'],
  broken: ['InternalError', 500, 'We encountered an internal error. Please try again.'],
  'unknown-operation': ['NotImplemented', 501, 'A header you provided implies functionality that is not implemented.'],
};

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';
const INVALID_TOKEN = 'The security token included in the request is invalid.';

// "Common Errors" of the STS and IAM API references; the wording as botocore's and the SDKs' users report it.
const QUERY: Record<RefusalKind, Words> = {
  unsigned: ['MissingAuthenticationToken', 403, 'Request is missing Authentication Token'],
  'unknown-key': ['InvalidClientTokenId', 403, INVALID_TOKEN],
  'bad-token': ['InvalidClientTokenId', 403, INVALID_TOKEN],
  'expired-token': ['ExpiredToken', 403, 'The security token included in the request is expired'],
  'bad-signature': ['SignatureDoesNotMatch', 403, MISMATCH],
  'incomplete-signature': ['IncompleteSignature', 400, 'The request signature does not conform to AWS standards.'],
  skewed: ['SignatureDoesNotMatch', 403, 'Signature expired'],
  'body-mismatch': ['SignatureDoesNotMatch', 403, MISMATCH],
  denied: ['AccessDenied', 403, 'Access Denied'],
  throttled: ['Throttling', 400, 'Rate exceeded'],
  broken: ['InternalFailure', 500, 'The request processing has failed because of an unknown error, exception or failure.'],
  'unknown-operation': ['InvalidAction', 400, 'Could not find operation'],
};

// "Common Errors" of the KMS, Secrets Manager, Step Functions and DynamoDB API references.
const JSON_RPC: Record<RefusalKind, Words> = {
  unsigned: ['MissingAuthenticationTokenException', 400, 'Missing Authentication Token'],
  'unknown-key': ['UnrecognizedClientException', 400, INVALID_TOKEN],
  'bad-token': ['UnrecognizedClientException', 400, INVALID_TOKEN],
  'expired-token': ['ExpiredTokenException', 400, 'The security token included in the request is expired'],
  'bad-signature': ['InvalidSignatureException', 400, MISMATCH],
  'incomplete-signature': ['IncompleteSignatureException', 400, 'The request signature does not conform to AWS standards.'],
  skewed: ['InvalidSignatureException', 400, 'Signature expired'],
  'body-mismatch': ['InvalidSignatureException', 400, MISMATCH],
  denied: ['AccessDeniedException', 400, 'Access Denied'],
  throttled: ['ThrottlingException', 400, 'Rate exceeded'],
  broken: ['InternalFailure', 500, 'The request processing has failed because of an unknown error, exception or failure.'],
  'unknown-operation': ['UnknownOperationException', 400, 'The operation is not served here.'],
};

// DynamoDB developer guide, "Error handling with DynamoDB"; Secrets Manager and KMS API references.
const OWN: Record<string, Partial<Record<RefusalKind, Words>>> = {
  dynamodb: {
    throttled: [
      'ProvisionedThroughputExceededException',
      400,
      'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.',
    ],
    broken: ['InternalServerError', 500, 'Internal server error'],
  },
  kms: {
    broken: ['KMSInternalException', 500, 'The request was rejected because an internal exception occurred. The request can be retried.'],
  },
  secretsmanager: { broken: ['InternalServiceError', 500, 'An error occurred on the server side.'] },
};

/** Statuses of further errors, where the protocol has statuses that tell (S3, STS and IAM API references, "Error responses"). */
const STATUSES: [RegExp, number][] = [
  [/^(OperationAborted|InvalidBucketState|DeleteConflict)$|NotEmpty$|AlreadyExists$|AlreadyOwnedByYou$|ConcurrentModification$/, 409],
  [/^NoSuch/, 404],
  [/^(AllAccessDisabled|AccountProblem|InvalidObjectState)$/, 403],
];
const MESSAGES: Record<string, string> = {
  OperationAborted: 'A conflicting conditional operation is currently in progress against this resource. Please try again.',
};

/** An error that a fault asks for by its code: as the service words it where it is one of the above, else with the status that fits. */
export function forcedError({ name, protocol }: Pick<Service, 'name' | 'protocol'>, code: string): AwsError {
  const known = [...Object.values(OWN[name] ?? {}), ...Object.values(tableOf(protocol))].find(([usual]) => usual === code);
  const told = protocol === 'restXml' || protocol === 'awsQuery' ? STATUSES.find(([pattern]) => pattern.test(code))?.[1] : undefined;
  const status =
    known?.[1] ?? told ?? (/Unavailable/.test(code) ? 503 : /^Internal|Internal(Error|Failure|Exception)$/.test(code) ? 500 : 400);
  return new AwsError(code, known?.[2] ?? MESSAGES[code] ?? `${code} was asked for as a fault of the sandbox.`, status);
}

/** The refusal in the service's own words; `message` replaces the usual text. */
export function wordRefusal(service: Pick<Service, 'name' | 'protocol'>, refusal: Refusal): AwsError {
  const [code, status, usual] = OWN[service.name]?.[refusal.kind] ?? tableOf(service.protocol)[refusal.kind];
  return new AwsError(code, refusal.message || usual, status);
}

const tableOf = (protocol: Service['protocol']): Record<RefusalKind, Words> =>
  protocol === 'restXml' ? S3 : protocol === 'awsQuery' ? QUERY : JSON_RPC;
