/** What the page is told, made of what the sandbox's parts know. */
import type { Aws } from '../aws/aws.ts';
import type { Bucket } from '../aws/services/s3/bucket.ts';
import type { Execution, Flow } from '../aws/services/step-functions/index.ts';
import { type BucketNow, type Device, type ExecutionNews, KEPT, type Visit } from './wire.ts';

/** So many codes of each device are told ahead: five minutes' worth, should a window sleep. */
const CODES = 10;

export function devicesNow({ iam, mfa }: Pick<Aws, 'iam' | 'mfa'>, names: ReadonlyMap<string, string>, now: number): Device[] {
  return [...iam.devices.values()].flatMap(({ serial, owner, seed }) => {
    const name = names.get(serial);
    if (name === undefined) return [];
    const label = encodeURIComponent(`Interlock sandbox:${owner}`);
    const uri = `otpauth://totp/${label}?secret=${seed}&issuer=Interlock%20sandbox`;
    const codes: Device['codes'] = [];
    for (let at = now; codes.length < CODES; at = codes.at(-1)?.until ?? now) codes.push(mfa.shows(seed, at));
    return [{ owner: name, serial, uri, codes, spent: mfa.spent(serial) ?? null }];
  });
}

export function bucketsNow({ s3 }: Pick<Aws, 's3'>): BucketNow[] {
  return s3.list().map((bucket) => ({
    name: bucket.name,
    account: bucket.account,
    region: bucket.region,
    versioning: bucket.versioning ?? null,
    ...bucket.tally,
    uploads: bucket.uploads.size,
    ...policyOf(bucket),
    objectLock: bucket.objectLock !== undefined,
    mfaDelete: bucket.mfaDelete ?? false,
  }));
}

/** The guard by its statements' names, as `interlock guard check` finds it; what it is worth, that command says. */
function policyOf({ policy }: Bucket): Pick<BucketNow, 'guard' | 'held'> {
  const statements = [(policy?.document as { Statement?: unknown } | undefined)?.Statement ?? []].flat() as {
    Sid?: string;
    Action?: unknown;
  }[];
  const guard = statements.find(({ Sid }) => Sid?.startsWith('InterlockGuard'));
  const isHardened = JSON.stringify(guard?.Action ?? '').includes('PutBucketPolicy');
  return { guard: guard ? (isHardened ? 'hardened' : 'basic') : null, held: statements.some(({ Sid }) => Sid === 'InterlockLateWriters') };
}

/** Where somebody is with what they were told of executions: by name, the first visit that they may not know in full. */
export type Place = Map<string, { from: number; status: string }>;

/** What is new of the executions that are kept, oldest first; moves `place` on. */
export function executionNews(flow: Flow, place: Place): ExecutionNews[] {
  const newest = flow.machines().flatMap(({ arn }) => flow.executions(arn).slice(0, KEPT.executions));
  return newest.reverse().flatMap((execution) => news(execution, place) ?? []);
}

function news(execution: Execution, place: Place): ExecutionNews | undefined {
  const { name, status, startDate, stopDate, error, cause, history } = execution;
  const { from, status: known } = place.get(name) ?? { from: 0, status: '' };
  if (known === status && known !== 'RUNNING') return undefined;
  const visits = history.visits.slice(from).map(
    (visit): Visit => ({
      name: visit.name,
      type: visit.type,
      enteredAt: visit.enteredAt.toISOString(),
      exitedAt: visit.exitedAt?.toISOString() ?? null,
    }),
  );
  const open = visits.findIndex(({ exitedAt }) => exitedAt === null);
  place.set(name, { from: from + (open < 0 ? visits.length : open), status });
  return {
    name,
    bucket: bucketOf(execution),
    status,
    startDate: startDate.toISOString(),
    stopDate: stopDate?.toISOString() ?? null,
    error: error ?? null,
    cause: cause ?? null,
    from,
    visits,
  };
}

const buckets = new WeakMap<Execution, string | null>();

/** An input is read once: executions are told often. */
function bucketOf(execution: Execution): string | null {
  const known = buckets.get(execution);
  if (known !== undefined) return known;
  const { request } = JSON.parse(execution.input) as { request?: { bucket?: unknown } };
  const bucket = typeof request?.bucket === 'string' ? request.bucket : null;
  buckets.set(execution, bucket);
  return bucket;
}
