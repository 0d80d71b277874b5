import { ScanCommand } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import { GetBucketPolicyCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { changeBucketPolicy, type PolicyChange } from '../../src/aws/bucket-policy.ts';
import { createPolicyTurns, PAUSE, TRIES, TURN, turnKey } from '../../src/aws/bucket-policy-turns.ts';
import { type BucketPolicy, withStatements } from '../../src/domain/bucket-policy.ts';
import { DEFINITION } from '../helpers/flow-case.ts';
import { ACCOUNT, ALLOW_ALL, failure, policy, type Running, startAws } from '../helpers/sandbox-aws.ts';

const BUCKET = 'team-x';
const FOREIGN = {
  Sid: 'Readers',
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
  Action: 's3:GetObject',
  Resource: `arn:aws:s3:::${BUCKET}/*`,
};
const own = (Sid: string) => ({ ...FOREIGN, Sid });

let run: Running;
let count = 0;
beforeAll(async () => {
  run = await startAws();
  await run.aws.dynamodb.createTable({
    TableName: 'locks',
    AttributeDefinitions: [{ AttributeName: 'bucket', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'bucket', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
});
beforeEach(() => {
  run.aws.s3.createBucket({ name: BUCKET });
  run.faults.clear();
});
afterEach(() => {
  run.aws.s3.deleteBucket(BUCKET);
});
afterAll(() => run.close());

/** A client of somebody who may do everything; `on` is called before each call that it sends. */
function client(on: (command: string) => unknown = () => undefined, document: object = ALLOW_ALL): S3Client {
  const s3 = run.s3(run.user(`writer-${++count}`, document));
  s3.middlewareStack.add(
    (next, context) => async (args) => {
      await on((context as { commandName?: string }).commandName ?? '');
      return next(args);
    },
    { step: 'initialize' },
  );
  return s3;
}

/** Appends a statement, once. */
const add =
  (Sid: string): PolicyChange['change'] =>
  (before: BucketPolicy) =>
    before.statements.some((statement) => statement.Sid === Sid)
      ? { ok: true, changed: false, policy: before }
      : { ok: true, changed: true, policy: withStatements(before, [...before.statements, own(Sid)]) };
const removeAll: PolicyChange['change'] = (before) => ({
  ok: true,
  changed: before.statements.length > 0,
  policy: withStatements(before, []),
});

const pauses: number[] = [];
const change = (more: Partial<PolicyChange> = {}) =>
  changeBucketPolicy({
    s3: client(),
    bucket: BUCKET,
    account: ACCOUNT,
    change: add('Guard'),
    pause: async (ms) => {
      pauses.push(ms);
    },
    ...more,
  });
const put = (...statements: object[]) =>
  client().send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: JSON.stringify(policy(...statements)) }));
const sids = async () => {
  const { Policy = '{}' } = await client().send(new GetBucketPolicyCommand({ Bucket: BUCKET }));
  return JSON.parse(Policy).Statement.map(({ Sid }: { Sid: string }) => Sid);
};
const outcomes = (kind: string, why: string | RegExp) => ({ kind, why: expect.stringMatching(why) });

describe('changing a bucket policy', () => {
  it('keeps what is there, and writes nothing the second time', async () => {
    await put(FOREIGN);
    expect(await change()).toMatchObject({
      kind: 'written',
      before: { statements: [FOREIGN] },
      after: { statements: [FOREIGN, own('Guard')] },
    });
    const sent: string[] = [];
    expect(await change({ s3: client((command) => sent.push(command)) })).toMatchObject({ kind: 'unchanged' });
    expect(sent).toEqual(['GetBucketPolicyCommand']);
  });

  it('writes to a bucket that has no policy, and leaves none where no statement is left', async () => {
    expect(await change()).toMatchObject({ kind: 'written', before: { statements: [] } });
    expect(await change({ change: removeAll })).toMatchObject({ kind: 'written', after: { statements: [] } });
    expect(await failure(client().send(new GetBucketPolicyCommand({ Bucket: BUCKET })))).toMatchObject({ name: 'NoSuchBucketPolicy' });
  });

  it('keeps what somebody else writes before the last read', async () => {
    let reads = 0;
    const s3 = client(async (command) => {
      if (command === 'GetBucketPolicyCommand' && ++reads === 2) await put(own('Meanwhile'));
    });
    expect(await change({ s3 })).toMatchObject({ kind: 'written', before: { statements: [own('Meanwhile')] } });
    expect(await sids()).toEqual(['Meanwhile', 'Guard']);
  });

  it('puts the change on again where somebody else overwrites it before it is read back', async () => {
    let writes = 0;
    const s3 = client(async (command) => {
      if (command === 'PutBucketPolicyCommand') writes++;
      else if (writes === 1) await put(own('Meanwhile'));
    });
    expect(await change({ s3 })).toMatchObject({ kind: 'written', before: { statements: [] } });
    expect(await sids()).toEqual(['Meanwhile', 'Guard']);
  });

  it('gives up where others change it all the time, and says whether it wrote', async () => {
    let reads = 0;
    const s3 = client((command) => (command === 'GetBucketPolicyCommand' ? put(own(`Other${++reads}`)) : undefined));
    expect(await change({ s3 })).toEqual(outcomes('busy', 'nothing was changed'));
    let wrote = false;
    const spoiled = client((command) => {
      wrote ||= command === 'PutBucketPolicyCommand';
      return wrote && command === 'GetBucketPolicyCommand' ? put(own('Other')) : undefined;
    });
    expect(await change({ s3: spoiled })).toEqual(outcomes('busy', 'was written'));
  });

  it.each([
    ['OperationAborted', { kind: 'error', error: 'OperationAborted' }],
    ['throttling', { kind: 'throttle' }],
  ] as const)('goes on after %s, with longer and longer pauses', async (_, fault) => {
    pauses.length = 0;
    run.faults.add({ target: 's3:PutBucketPolicy', times: 2, ...fault });
    expect(await change()).toMatchObject({ kind: 'written', before: { statements: [] } });
    expect(await sids()).toEqual(['Guard']);
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
  });

  it('finds what it wrote where the answer was lost', async () => {
    await put(FOREIGN);
    const s3 = client();
    let lost = false;
    s3.middlewareStack.add((next, context) => async (args) => {
      const answer = await next(args);
      if ((context as { commandName?: string }).commandName !== 'PutBucketPolicyCommand' || lost) return answer;
      lost = true;
      throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
    });
    expect(await change({ s3 })).toMatchObject({ kind: 'written', before: { statements: [FOREIGN] } });
    expect(await sids()).toEqual(['Readers', 'Guard']);
  });

  it('gives up where S3 is busy all the time', async () => {
    run.faults.add({ target: 's3:PutBucketPolicy', kind: 'error', error: 'OperationAborted', times: 20 });
    expect(await change()).toEqual(outcomes('busy', 'nothing was changed'));
  });

  it('says what S3 says no to', async () => {
    const named = { ...own('Nobody'), Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/nobody` } };
    const wrong: PolicyChange['change'] = (before) => ({ ok: true, changed: true, policy: withStatements(before, [named]) });
    expect(await change({ change: wrong })).toEqual(outcomes('refused', /“Invalid principal in policy”/));
    const open: PolicyChange['change'] = (before) => ({
      ok: true,
      changed: true,
      policy: withStatements(before, [{ ...FOREIGN, Principal: '*' }]),
    });
    expect(await change({ change: open })).toEqual(outcomes('refused', /Block Public Access/));
    expect(await change({ bucket: 'not-there' })).toEqual(outcomes('absent', 'There is no bucket not-there'));
    expect(await change({ account: '444455556666' })).toEqual(outcomes('denied', 'may not change the policy'));
    expect(await change({ s3: client(undefined, policy()) })).toEqual(outcomes('denied', 's3:GetBucketPolicy'));
    expect(await change({ change: () => ({ ok: false, why: 'No.' }) })).toEqual({ kind: 'refused', why: 'No.' });
  });
});

describe('turns at a bucket policy', () => {
  const tables = () => DynamoDBDocumentClient.from(run.dynamodb(run.user(`tables-${++count}`, ALLOW_ALL)));
  const rows = async () => (await tables().send(new ScanCommand({ TableName: 'locks' }))).Count;

  it('lose nothing where several write at once, each with the last read long ago', async () => {
    const names = ['A', 'B', 'C', 'D'];
    const written = await Promise.all(
      names.map((Sid) =>
        change({
          change: add(Sid),
          turns: createPolicyTurns(tables(), 'locks'),
          pause: () => new Promise((resolve) => setImmediate(resolve)),
        }),
      ),
    );
    expect(written.map(({ kind }) => kind)).toEqual(names.map(() => 'written'));
    expect((await sids()).sort()).toEqual(names);
    expect(await rows()).toBe(0);
  });

  it('are waited for, until whoever has it is over its time', async () => {
    const db = tables();
    await db.send(new PutCommand({ TableName: 'locks', Item: { bucket: turnKey(BUCKET), writer: 'died', until: 5_000 } }));
    const at = (now: number) => change({ turns: createPolicyTurns(db, 'locks', () => now) });
    expect(await at(4_999)).toEqual(outcomes('busy', 'Somebody else is changing the policy'));
    expect(await at(5_001)).toMatchObject({ kind: 'written' });
    expect(await rows()).toBe(0);
  });

  it('are shorter than the flow waits for one in its five runs, so that a command that died in one costs nobody a code', () => {
    const [retry] = JSON.parse(DEFINITION).States.ChangeGuard.Retry;
    expect(retry.ErrorEquals).toContain('TryAgain');
    const runs = 1 + retry.MaxAttempts;
    expect(runs * (TRIES - 1) * PAUSE).toBeGreaterThan(TURN + 10_000);
  });

  it('are taken over at once by the request that died in one, and not freed by the run that was thought dead', async () => {
    const db = tables();
    let now = 0;
    const turns = createPolicyTurns(db, 'locks', () => now);
    const never = () => {
      throw new Error('waited');
    };
    const died = await turns.take(BUCKET, never, 'req-abcdefghij23');
    now += 1_500;
    const again = await turns.take(BUCKET, never, 'req-abcdefghij23');
    await died?.end();
    expect(await change({ turns, writer: 'req-zyxwvutsrq76' })).toEqual(outcomes('busy', 'Somebody else is changing the policy'));
    await again?.end();
    expect(await rows()).toBe(0);
    expect(await change({ turns, writer: 'req-zyxwvutsrq76' })).toMatchObject({ kind: 'written' });
  });

  it('end, and nothing is written by whoever took too long', async () => {
    let now = 0;
    const slow: PolicyChange['change'] = (before) => {
      now += TURN - 5_000;
      return add('Guard')(before);
    };
    expect(await change({ change: slow, turns: createPolicyTurns(tables(), 'locks', () => now) })).toEqual(
      outcomes('busy', 'took too long'),
    );
    expect(await failure(client().send(new GetBucketPolicyCommand({ Bucket: BUCKET })))).toMatchObject({ name: 'NoSuchBucketPolicy' });
  });
});
