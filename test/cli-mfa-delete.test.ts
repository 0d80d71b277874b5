/** `interlock mfa-delete` against the sandbox's AWS: most of it in this process, since each start of the command takes half a second. */
import { S3Client } from '@aws-sdk/client-s3';
import { GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { type Aws, connect } from '../cli/aws.ts';
import { perform } from '../cli/mfa-delete.ts';
import { checkMfaDelete, type MfaDeleteRequest, type Verb } from '../cli/mfa-delete-request.ts';
import { jsonOf, linesOf, refusalSentence } from '../cli/mfa-delete-tell.ts';
import type { Refusal } from '../src/aws/mfa-delete.ts';
import { interlock } from './helpers/command.ts';
import { keysIn } from './helpers/deletion-role.ts';
import { ACCOUNT, ALLOW_ALL, type Keys, policy, type Running, SEED, startAws } from './helpers/sandbox-aws.ts';

const SERIAL = `arn:aws:iam::${ACCOUNT}:mfa/root-account-mfa-device`;

let run: Running;
let root: Keys;
let admin: Keys;
beforeAll(async () => {
  run = await startAws();
  admin = run.user('admin', ALLOW_ALL);
  root = run.aws.iam.createAccessKey('root');
  run.aws.iam.createMfaDevice({ user: 'root', serial: SERIAL, seed: SEED });
  run.aws.iam.createMfaDevice({ user: 'admin', serial: `arn:aws:iam::${ACCOUNT}:mfa/admin`, seed: SEED });
});
afterEach(() => run.faults.clear());
afterAll(async () => {
  await run.close();
  expect(run.aws.problems).toEqual([]);
});

const environment = (keys: Keys) => ({
  AWS_ENDPOINT_URL: run.url,
  AWS_ACCESS_KEY_ID: keys.accessKeyId,
  AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
  AWS_SESSION_TOKEN: keys.sessionToken ?? '',
});

/** AWS as the command reaches it with these credentials. */
function as(keys: Keys): Promise<Aws> {
  Object.assign(process.env, environment(keys));
  return connect('us-east-1');
}

/** A code that the device has not shown yet, apart far enough that none is throttled. */
function code(): string {
  run.clock.advance(60);
  return run.code();
}

let made = 0;
/** A bucket with MFA Delete as wanted. */
function bucket(mfaDelete: boolean, more: { versioning?: 'Enabled' | 'Suspended'; region?: string; objectLock?: boolean } = {}): string {
  const name = `team-${++made}`;
  run.aws.s3.createBucket({ name, versioning: 'Enabled', ...more });
  run.aws.s3.get(name).mfaDelete = mfaDelete;
  return name;
}
const isOn = (name: string) => run.aws.s3.get(name).mfaDelete;

/** Runs it as root; counts how often it asked, and what. */
async function switched(verb: Verb, request: MfaDeleteRequest, typed: () => string = code, keys = root) {
  const asked: string[] = [];
  const ask = async (question: string) => {
    asked.push(question);
    return typed();
  };
  const result = await perform(verb, request, await as(keys), ask, async () => {});
  return { result, asked };
}
const nobody = () => {
  throw new Error('a code was asked for');
};

describe('interlock mfa-delete', () => {
  it.each(['Enabled', 'Suspended'] as const)(
    'switches off and on with a code each, in the bucket’s region, and leaves versioning %s',
    async (versioning) => {
      const name = bucket(true, { versioning, region: 'eu-central-1' });
      const off = await switched('off', { bucket: name });
      expect(off.result).toMatchObject({ state: 'switched', region: 'eu-central-1', mfaDelete: false });
      expect(off.asked).toEqual([expect.stringContaining(`switches MFA Delete off.\nCode of ${SERIAL}: `)]);
      expect([isOn(name), run.aws.s3.get(name).versioning]).toEqual([false, versioning]);
      expect(linesOf('off', ACCOUNT, off.result).join('\n')).toMatch(/without a code.*mfa-delete on team-.*Delete root's access key/s);

      const on = await switched('on', { bucket: name, serial: SERIAL });
      expect(on.result).toMatchObject({ state: 'switched', mfaDelete: true });
      expect([isOn(name), run.aws.s3.get(name).versioning]).toEqual([true, versioning]);
    },
  );

  it('says how it stands, to whoever may look, and asks nobody for a code', async () => {
    const name = bucket(true);
    const on = await switched('status', { bucket: name }, nobody, admin);
    expect(linesOf('status', ACCOUNT, on.result)).toEqual([
      `${name} (us-east-1): MFA Delete is on, versioning is on`,
      expect.stringContaining(`Root of account ${ACCOUNT} alone can delete versions`),
      expect.stringContaining('no lifecycle rules'),
      `  To switch it off, as root: npx --no interlock mfa-delete off ${name}`,
    ]);
    run.aws.s3.createBucket({ name: 'team-plain' });
    const never = await switched('status', { bucket: 'team-plain' }, nobody, admin);
    expect(linesOf('status', ACCOUNT, never.result)).toEqual([
      'team-plain (us-east-1): MFA Delete is off, versioning was never on',
      '  There are no versions to keep: MFA Delete needs versioning.',
    ]);
    const blind = run.user('blind', policy({ Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' }));
    expect((await switched('status', { bucket: name }, nobody, blind)).result).toMatchObject({
      state: 'failed',
      why: expect.stringContaining('s3:GetBucketVersioning'),
    });
  });

  it('asks for no code where it would be spent for nothing', async () => {
    const name = bucket(true);
    expect((await switched('on', { bucket: name }, nobody)).result).toMatchObject({ state: 'unchanged' });
    const refused = async (verb: Verb, target: string) => (await switched(verb, { bucket: target }, nobody)).result;
    expect(await refused('off', 'team-absent')).toMatchObject({ state: 'failed', why: 'There is no bucket of that name.' });
    run.aws.s3.createBucket({ name: 'team-elsewhere', account: '444455556666' });
    expect(await refused('off', 'team-elsewhere')).toMatchObject({
      state: 'failed',
      why: expect.stringContaining("isn't a bucket of account"),
    });
    run.aws.s3.createBucket({ name: 'team-unversioned' });
    expect(await refused('on', 'team-unversioned')).toMatchObject({ state: 'failed', why: expect.stringContaining('never on') });
    const ruled = bucket(false);
    run.aws.s3.get(ruled).settings.set('BucketLifecycleConfiguration', { Rules: [{ Status: 'Enabled' }] });
    expect(await refused('on', ruled)).toMatchObject({ state: 'failed', why: expect.stringContaining('lifecycle rules') });

    await expect(switched('off', { bucket: name }, nobody, admin)).rejects.toThrow(
      /root .* alone, and these credentials are \S+:user\/admin/,
    );
    const cloudShell = keysIn(await run.sts(root).send(new GetSessionTokenCommand({})));
    await expect(switched('off', { bucket: name }, nobody, cloudShell)).rejects.toThrow(/temporary credentials of root's/);
  });

  it('looks the device up, and says what to do where there is not just one', async () => {
    const name = bucket(true);
    const second = `arn:aws:iam::${ACCOUNT}:mfa/second`;
    run.aws.iam.createMfaDevice({ user: 'root', serial: second, seed: SEED });
    await expect(switched('off', { bucket: name }, nobody)).rejects.toThrow(`root has 2 devices: ${SERIAL}, ${second}`);
    run.aws.iam.devices.delete(second);
    const { seed = '', ...device } = { ...run.aws.iam.devices.get(SERIAL) };
    run.aws.iam.devices.delete(SERIAL);
    await expect(switched('off', { bucket: name }, nobody)).rejects.toThrow('root has no virtual MFA device');
    run.aws.iam.createMfaDevice({ user: 'root', serial: '20899872', seed });
    expect((await switched('off', { bucket: name, serial: '20899872' })).result).toMatchObject({ state: 'switched' });
    run.aws.iam.devices.delete('20899872');
    run.aws.iam.createMfaDevice({ user: 'root', serial: device.serial ?? SERIAL, seed });
  });

  it('tells refused codes, devices and policies apart, and never repeats the code', async () => {
    const name = bucket(true);
    const why = async (request: Partial<MfaDeleteRequest>, typed: () => string, verb: Verb = 'off') => {
      const { result } = await switched(verb, { bucket: name, ...request }, typed);
      expect(result.state).toBe('failed');
      expect(jsonOf(verb, ACCOUNT, result)).not.toMatch(/"[^"]*\b\d{6}\b/);
      return result.why;
    };
    const used = code();
    await switched('off', { bucket: bucket(true) }, () => used);
    expect(await why({}, () => used)).toMatch(/^AWS refused the code: it is wrong, or was used already/);
    expect(await why({}, () => '000000')).toMatch(/Take the next one/);
    expect(await why({ serial: `arn:aws:iam::${ACCOUNT}:mfa/admin` }, code)).toMatch(/^That is no device of root's/);
    run.aws.s3.setPolicy(
      name,
      policy({ Effect: 'Deny', Principal: '*', Action: 's3:PutBucketVersioning', Resource: `arn:aws:s3:::${name}` }),
    );
    expect(await why({}, code)).toMatch(new RegExp(`hardened guard does: .*interlock guard remove ${name}`));
    expect(await why({ bucket: bucket(false, { objectLock: true }) }, code, 'on')).toMatch(/^It has Object Lock/);
    run.faults.add({ target: 's3:PutBucketVersioning', kind: 'error', error: 'OperationAborted', times: 1 });
    expect(await why({ bucket: bucket(true) }, code)).toMatch(/OperationAborted/);
    run.faults.add({ target: 's3:PutBucketVersioning', kind: 'error', error: 'Code123456', times: 1 });
    expect(await why({ bucket: bucket(true) }, code)).toMatch(/^S3 refused \(with no error of a name\)/);
    await expect(switched('off', { bucket: name }, () => '12345')).rejects.toThrow('these are not the six digits');
    await expect(switched('off', { bucket: name }, () => ' ')).rejects.toThrow('no code was given');
  });

  it('looks what became of it where the answer is lost, and sends nothing twice', async () => {
    const [done, undone] = [bucket(true), bucket(true)];
    const sent = () => run.aws.calls.list().filter(({ action }) => action === 's3:PutBucketVersioning').length;
    const before = sent();
    run.faults.add({ target: 's3:PutBucketVersioning', kind: 'lost-answer', times: 1 });
    expect((await switched('off', { bucket: done })).result).toMatchObject({ state: 'switched', mfaDelete: false });
    run.faults.add({ target: 's3:PutBucketVersioning', kind: 'error', error: 'InternalError', times: 1 });
    const lost = await switched('off', { bucket: undone });
    expect(lost.result).toMatchObject({
      state: 'failed',
      mfaDelete: true,
      why: expect.stringMatching(/^No answer came.*mfa-delete status/),
    });
    expect(sent() - before).toBe(2);
  });

  it('sends no code over a way that is not encrypted', async () => {
    const name = bucket(true);
    const aws = await as(root);
    const once = () => new S3Client({ endpoint: 'http://s3.example.test', region: 'us-east-1', credentials: root, maxAttempts: 1 });
    await expect(perform('off', { bucket: name }, { ...aws, once }, async () => code())).rejects.toThrow('not encrypted');
    expect(isOn(name)).toBe(true);
  });

  it('has a sentence with a mend for whatever S3 refuses', () => {
    const all: Refusal[] = [
      'code',
      'device',
      'session',
      'not the owner',
      'denied by a policy',
      'denied',
      'lifecycle rules',
      'Object Lock',
      'gone',
      'busy',
      'other',
    ];
    const sentences = all.map((why) => refusalSentence(why, { bucket: 'team-logs' }, ACCOUNT, 'SomeError'));
    expect(new Set(sentences).size).toBe(all.length);
    for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].*[.?]$/);
  });

  it('refuses words that make no request, and repeats no serial with a code in it', () => {
    const request = { bucket: 'team-logs', codeStdin: true };
    expect(checkMfaDelete('status', { bucket: 's3://team-logs/x' })).toEqual({ bucket: 'team-logs' });
    expect(() => checkMfaDelete('off', { bucket: 'Team_Logs', codeStdin: true })).toThrow('lower-case letters');
    expect(() => checkMfaDelete('off', { ...request, serial: `${SERIAL} 123456` })).toThrow(/^--serial: that is no device's serial$/);
    expect(() => checkMfaDelete('off', { ...request, serial: `arn:aws:iam::${ACCOUNT}:u2f/root-account/key` })).toThrow('shows no code');
    expect(() => checkMfaDelete('off', { bucket: 'team-logs' })).toThrow('nobody is there to type the code');
  });

  it.each([
    [['off', 'team-logs', '123456'], 'Expected 1 argument but got 2.'],
    [['off', 'team-logs', '123', '456'], 'Expected 1 argument but got 3.'],
    [['off', 'team-logs', '--code=123456'], "unknown option '--code=…'"],
  ])('repeats no code that was typed behind the command: %j', async (words, told) => {
    const { status, stderr } = await interlock(['mfa-delete', ...words], environment(root));
    expect([status, stderr]).toEqual([2, expect.stringContaining(told)]);
    expect(stderr).not.toMatch(/123|456/);
  });

  it('asks at a terminal, takes a code from a pipe, and tells both by its exit code', async () => {
    const name = bucket(true);
    const typed = code();
    const off = await interlock(['mfa-delete', 'off', name], environment(root), `${typed.slice(0, 3)} ${typed.slice(3)}`);
    expect(off).toMatchObject({ status: 0, stdout: expect.stringContaining('MFA Delete is off, versioning is on') });
    expect(off.stderr).toMatch(/One code of root's switches MFA Delete off\.\nCode of \S+: /);

    const piped = await interlock(['mfa-delete', 'on', name, '--code-stdin', '--json'], environment(root), undefined, `${code()}\n`);
    expect(piped).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(piped.stdout)).toMatchObject({
      command: 'mfa-delete on',
      account: ACCOUNT,
      bucket: name,
      state: 'switched',
      mfaDelete: true,
    });

    const wrong = await interlock(['mfa-delete', 'off', name, '--code-stdin'], environment(root), undefined, '000000');
    expect(wrong).toMatchObject({ status: 1, stdout: '', stderr: expect.stringMatching(/^interlock: team-\d+: AWS refused the code/) });
    const nobodyThere = await interlock(['mfa-delete', 'off', name], environment(admin));
    expect(nobodyThere).toMatchObject({ status: 2, stderr: expect.stringMatching(/nobody is there.*\nhint: .*--code-stdin/) });
    expect(isOn(name)).toBe(true);
  });
});
