/** Emptying buckets and deleting old versions, through Slack, with whatever goes wrong on the way. */
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketPolicyCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutBucketRequestPaymentCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { type AuditEntry, brokenAt } from '../../src/domain/audit.ts';
import { stopSearched } from '../helpers/places.ts';
import { recordsOf } from '../helpers/records.ts';
import { type Sandbox, type SlackView, startSandbox, until } from '../helpers/sandbox.ts';
import { approve, ask, channelMessage, openModal, requestsIn, submit, textOf, waiting } from '../helpers/story.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => stopSearched(sandbox));

/** A versioned bucket with so many generated objects in it. */
async function filled(
  bucket: string,
  what: { objects: number; versions?: number; markers?: number },
  region?: 'eu-central-1',
): Promise<void> {
  const s3 = sandbox.s3(undefined, region);
  const place = region && { CreateBucketConfiguration: { LocationConstraint: region } };
  await s3.send(new CreateBucketCommand({ Bucket: bucket, ...place }));
  await s3.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  await sandbox.fill({ bucket, ...what });
}

const put = (Bucket: string, Key: string, region?: string) =>
  sandbox.s3(undefined, region).send(new PutObjectCommand({ Bucket, Key, Body: 'late' }));

const isThere = (Bucket: string) =>
  sandbox
    .s3()
    .send(new HeadBucketCommand({ Bucket }))
    .then(
      () => true,
      () => false,
    );

/** The channel's message about a request, once it says this. */
const says = (requestId: string, text: string | RegExp) =>
  sandbox.seen(
    'riya',
    (view: SlackView) => {
      const message = textOf(channelMessage(view, sandbox.slack.channel, requestId));
      return (typeof text === 'string' ? message.includes(text) : text.test(message)) && message;
    },
    `${text} of ${requestId}`,
  );

const states = async (requestId: string) => (await sandbox.flow(requestId)).states.map(({ name }) => name);

describe('a bucket that isn’t empty', () => {
  it('is emptied and deleted: a hundred thousand versions, markers and unfinished uploads, in a storm, with a worker that dies (FC-40, FC-50)', async () => {
    await filled('team-archive', { objects: 25_000, versions: 4, markers: 10 });
    for (const Key of ['a', 'a', 'z/big.iso']) await sandbox.s3().send(new CreateMultipartUploadCommand({ Bucket: 'team-archive', Key }));
    const requestId = await ask(sandbox, 'team-archive', { empty: true });
    expect(textOf(await waiting(sandbox, requestId))).toContain('nobody can bring it back');
    await sandbox.fault({ target: 's3:DeleteObjects', kind: 'throttle', times: 4 });
    await sandbox.fault({ target: 'dynamodb:UpdateItem', kind: 'error', times: 2 });
    await sandbox.fault({ target: 'emptyRange', kind: 'crash-after', times: 2 });
    await approve(sandbox, requestId, 'team-archive', 'alice');
    const progress = await says(requestId, /Emptying `team-archive`: [\d,]+ of about [\d,]+ versions and markers are gone/);
    expect(progress).toContain('"text":"Stop"');
    await expect(put('team-archive', 'late')).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(
      sandbox.s3().send(new DeleteObjectCommand({ Bucket: 'team-archive', Key: 'generated/00/000000000' })),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
    await sandbox.act('riya', { command: '/delete-bucket', text: 'status' });
    await sandbox.seen(
      'riya',
      ({ messages }) => messages.find((one) => one.ephemeral && textOf(one).includes('being emptied')),
      'the status',
    );
    const flow = await sandbox.ended(requestId, 90);
    // It is one approval, and a history that a hundred batches of a thousand make no longer.
    const asked = (await states(requestId)).filter((name) => name === 'AskApprover');
    expect({ ...flow, asked: asked.length, few: flow.states.length < 80 }).toMatchObject({ status: 'SUCCEEDED', asked: 1, few: true });
    expect(await says(requestId, 'was *deleted*')).toContain('It held 100,000 versions, 2,500 delete markers and 3 unfinished uploads.');
    expect(await isThere('team-archive')).toBe(false);
  }, 120_000);

  it('is emptied and kept, with its policy as it was: in another region, whose reads are paid by who reads, though every function dies once (FC-38, FC-43)', async () => {
    await filled('team-kept', { objects: 30, versions: 2, markers: 3 }, 'eu-central-1');
    const pays = new PutBucketRequestPaymentCommand({ Bucket: 'team-kept', RequestPaymentConfiguration: { Payer: 'Requester' } });
    await sandbox.s3(undefined, 'eu-central-1').send(pays);
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'TeamReads',
          Effect: 'Allow',
          Principal: { AWS: '111122223333' },
          Action: 's3:GetObject',
          Resource: 'arn:aws:s3:::team-kept/*',
        },
      ],
    });
    await sandbox.s3(undefined, 'eu-central-1').send(new PutBucketPolicyCommand({ Bucket: 'team-kept', Policy: policy }));
    const requestId = await ask(sandbox, 'team-kept', { empty: 'keep' });
    for (const target of ['holdWriters', 'planEmptying', 'emptyRange', 'report']) {
      for (const kind of ['crash-before', 'crash-after']) await sandbox.fault({ target, kind, times: 1 });
    }
    await approve(sandbox, requestId, 'team-kept', 'bob');
    await sandbox.ended(requestId);
    expect(await says(requestId, 'is *empty* now')).toContain('It held 60 versions and 10 delete markers.');
    expect(
      (await sandbox.s3(undefined, 'eu-central-1').send(new ListObjectVersionsCommand({ Bucket: 'team-kept' }))).Versions,
    ).toBeUndefined();
    const { Policy } = await sandbox.s3(undefined, 'eu-central-1').send(new GetBucketPolicyCommand({ Bucket: 'team-kept' }));
    expect(JSON.parse(Policy ?? '')).toEqual(JSON.parse(policy));
    await put('team-kept', 'again', 'eu-central-1');
  });

  it('is refused without “Empty it first”, and that is named', async () => {
    await filled('team-full', { objects: 1 });
    const requestId = await ask(sandbox, 'team-full');
    await sandbox.ended(requestId);
    expect(textOf((await sandbox.glance('riya')).messages)).toContain('Empty it first');
  });

  it('asks for a fresh code where the session ends in the middle, and goes on where it was', async () => {
    await filled('team-slow', { objects: 3_000 });
    const Statement = { Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 's3:GetObject', Resource: 'arn:aws:s3:::team-slow/*' };
    await sandbox.s3().send(new PutBucketPolicyCommand({ Bucket: 'team-slow', Policy: JSON.stringify({ Statement }) }));
    const requestId = await ask(sandbox, 'team-slow', { empty: true });
    // The session ends when the request's own time is over.
    await sandbox.advance(7.5 * 3600);
    await sandbox.seen('alice', ({ messages }) => textOf(messages).includes('still waits for'), 'the reminder');
    // The workers die, again and again, until the hour is over.
    await sandbox.fault({ target: 'emptyRange', kind: 'crash-before', times: 999 });
    await approve(sandbox, requestId, 'team-slow', 'alice');
    await until(async () => (await states(requestId)).includes('EmptyRange'), 'the work');
    await sandbox.advance(3_700);
    await sandbox.fault({ clear: true });
    const asked = await says(requestId, 'The session ended with work left');
    expect(asked).toMatch(/of about [\d,]+ versions and markers are gone\. A fresh code goes on where it was; there is time for it until/);
    // Its one statement stands in a list since the writers were held off, and says what it said.
    expect(asked).not.toContain('policy was edited');
    // Whose code it was is told now, not when it ends.
    const used = ({ messages }: Awaited<ReturnType<typeof sandbox.see>>) =>
      messages.filter((one) => textOf(one).includes('the session that AWS gave for it is over'));
    expect(used(await sandbox.see('alice'))).toHaveLength(1);
    await approve(sandbox, requestId, 'team-slow', 'alice');
    await sandbox.ended(requestId);
    expect(await says(requestId, 'was *deleted*')).toContain('It held 3,000 versions.');
    expect(used(await sandbox.see('alice'))).toHaveLength(1);
  });

  it('leaves a bucket alone that somebody deleted meanwhile and made anew, and says so', async () => {
    await filled('team-anew', { objects: 3_000 });
    const requestId = await ask(sandbox, 'team-anew', { empty: true });
    await sandbox.fault({ target: 'emptyRange', kind: 'slow', times: 1 });
    await approve(sandbox, requestId, 'team-anew', 'alice');
    await until(async () => (await states(requestId)).includes('EmptyRange'), 'the work');
    const root = sandbox.s3(sandbox.keysOf('root'));
    await root.send(new DeleteBucketPolicyCommand({ Bucket: 'team-anew' }));
    const { Versions = [] } = await root.send(new ListObjectVersionsCommand({ Bucket: 'team-anew' }));
    for (let page: typeof Versions | undefined = Versions; page && page.length > 0; ) {
      const Objects = page.map(({ Key = '', VersionId }) => ({ Key, VersionId }));
      await root.send(new DeleteObjectsCommand({ Bucket: 'team-anew', Delete: { Objects } }));
      page = (await root.send(new ListObjectVersionsCommand({ Bucket: 'team-anew' }))).Versions;
    }
    await root.send(new DeleteBucketCommand({ Bucket: 'team-anew' }));
    // Creation dates have seconds.
    await sandbox.advance(2);
    await root.send(new CreateBucketCommand({ Bucket: 'team-anew' }));
    await sandbox.ended(requestId);
    expect(await says(requestId, '*refused*')).toContain('was deleted by somebody else meanwhile');
    expect(await isThere('team-anew')).toBe(true);
  });

  it('is refused before anybody is asked for a code, where Object Lock keeps something or root’s MFA Delete is on (FC-37)', async () => {
    const day = new Date((await sandbox.now()) + 86_400_000);
    await sandbox.s3().send(new CreateBucketCommand({ Bucket: 'team-locked', ObjectLockEnabledForBucket: true }));
    const lock = { Bucket: 'team-locked', Body: 'x' } as const;
    const retained = { ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: day } as const;
    await sandbox.s3().send(new PutObjectCommand({ ...lock, ...retained, Key: 'kept' }));
    await sandbox.s3().send(new PutObjectCommand({ ...lock, Key: 'held', ObjectLockLegalHoldStatus: 'ON' }));
    await sandbox.s3().send(new DeleteObjectCommand({ Bucket: 'team-locked', Key: 'kept' }));
    const locked = await ask(sandbox, 'team-locked', { empty: true });
    await sandbox.ended(locked);
    const why = textOf(await sandbox.glance('riya'));
    expect(why).toMatch(new RegExp(`1 version is under governance retention, the last until ${day.toISOString().slice(0, 10)}`));
    expect(why).toMatch(/1 version is under a legal hold/);

    await filled('team-root', { objects: 1 });
    const VersioningConfiguration = { Status: 'Enabled', MFADelete: 'Enabled' } as const;
    const MFA = `${sandbox.mfa.root?.serial} ${await sandbox.code('root')}`;
    const on = new PutBucketVersioningCommand({ Bucket: 'team-root', VersioningConfiguration, MFA });
    await sandbox.s3(sandbox.keysOf('root')).send(on);
    const asked = await ask(sandbox, 'team-root', { empty: true });
    await sandbox.ended(asked);
    expect(textOf(await sandbox.glance('riya'))).toContain('npx --no interlock mfa-delete off team-root');
    for (const id of [locked, asked]) expect(await states(id)).not.toContain('AskApprover');
  });

  it('is refused where something that no policy holds off writes all the while, with where it writes (FC-41)', async () => {
    await filled('team-logged', { objects: 10 });
    const requestId = await ask(sandbox, 'team-logged', { empty: true });
    await approve(sandbox, requestId, 'team-logged', 'alice');
    let over = false;
    const ended = sandbox.ended(requestId).finally(() => {
      over = true;
    });
    while (!over) await sandbox.fill({ bucket: 'team-logged', objects: 1 });
    await ended;
    const told = await says(requestId, '*refused*');
    expect(told).toMatch(
      /Something writes to team-logged again and again: after 3 rounds it still holds [\d,]+ versions and markers, under “/,
    );
    expect(await isThere('team-logged')).toBe(true);
    const { Policy = '' } = await sandbox
      .s3()
      .send(new GetBucketPolicyCommand({ Bucket: 'team-logged' }))
      .catch(() => ({}) as { Policy?: string });
    expect(Policy).toBe('');
  });

  it.each(['riya', 'bob'])('stops when %s says so, and says what is gone and what stays', async (by) => {
    const bucket = `team-stopped-${by}`;
    await filled(bucket, { objects: 12_000 });
    const requestId = await ask(sandbox, bucket, { empty: true });
    await sandbox.fault({ target: 's3:DeleteObjects', kind: 'slow', times: 3 });
    await approve(sandbox, requestId, bucket, 'alice');
    await says(requestId, 'Emptying');
    const { messages } = await sandbox.glance(by);
    const { ts } = messages.find((message) => textOf(message).includes(requestId) && textOf(message).includes('"Stop"')) ?? {};
    await sandbox.act('mallory', { click: 'Stop', ts }).catch(() => undefined);
    await sandbox.act(by, { click: 'Stop', ts });
    await sandbox.ended(requestId);
    const told = await says(requestId, '*stopped*');
    expect(told).toContain(`*stopped* by <@${sandbox.slack.users[by]}>`);
    expect(told).toMatch(/versions? of team-stopped-\w+ went; the rest stays|Nothing of team-stopped-\w+ went/);
    expect(await isThere(bucket)).toBe(true);
    await put(bucket, 'again');
  });
});

describe('an execution that an operator stops in the middle', () => {
  it('has its workers end, and leaves a trail that closes after what was done last', async () => {
    await filled('team-aborted', { objects: 6_000 });
    const requestId = await ask(sandbox, 'team-aborted', { empty: true });
    await sandbox.fault({ target: 's3:DeleteObjects', kind: 'slow', times: 3 });
    await approve(sandbox, requestId, 'team-aborted', 'alice');
    await says(requestId, 'Emptying');
    const records = recordsOf(sandbox);
    await sandbox.sfn().send(new StopExecutionCommand({ executionArn: await records.arnOf(requestId) }));
    await says(requestId, '*stopped*');
    const closed = (chain: AuditEntry[]) => chain.some(({ entry }) => entry === '999-closed-stopped') && chain;
    const chain = await until(async () => closed(await records.chainOf(requestId)), 'the last entry');
    expect(chain.map(({ entry }) => entry)).toContain('001-4-emptying-0001');
    expect(brokenAt(chain)).toBeUndefined();
  });
});

describe('old versions', () => {
  const keys = async (Bucket: string) => (await sandbox.s3().send(new ListObjectsV2Command({ Bucket }))).Contents?.map(({ Key }) => Key);

  it('go, by age and number and under a prefix, and nothing that is current', async () => {
    await filled('team-old', { objects: 300, versions: 3, markers: 5 });
    await put('team-old', 'other/one');
    await put('team-old', 'other/one');
    await sandbox.advance(3 * 86_400);
    const before = await keys('team-old');
    await openModal(sandbox, 'riya', { command: '/purge-versions', text: 'team-old generated/' });
    const earlier = requestsIn(await sandbox.glance('riya'));
    await submit(sandbox, 'riya', { 'Older than (days)': '2', 'Keep newest': '1', Reason: 'they cost too much' });
    const requestId = await sandbox.seen('riya', (view) => requestsIn(view).find((id) => !earlier.includes(id)), 'the request');
    expect(textOf(await waiting(sandbox, requestId))).toContain('*Of that goes*\\n360 old versions');
    await approve(sandbox, requestId, 'team-old', 'alice');
    const flow = await sandbox.ended(requestId);
    expect(flow.status).toBe('SUCCEEDED');
    // Of 240 keys the third version goes; of 60 that end with a marker, two of three.
    expect(await says(requestId, 'were *deleted*')).toContain('360 versions went.');
    expect(await keys('team-old')).toEqual(before);
    const { Versions = [], DeleteMarkers = [] } = await sandbox.s3().send(new ListObjectVersionsCommand({ Bucket: 'team-old' }));
    expect([Versions.length, DeleteMarkers.length]).toEqual([300 * 3 - 360 + 2, 60]);
    const calls = (await sandbox.calls()).filter(
      ({ resource, principal }) => resource.includes('team-old') && principal.includes(requestId),
    );
    expect(new Set(calls.map(({ action }) => action))).toEqual(new Set(['s3:ListBucketVersions', 's3:DeleteObjectVersion']));
  });
});
