import { readFileSync } from 'node:fs';
import { PutBucketEncryptionCommand, PutBucketLifecycleConfigurationCommand } from '@aws-sdk/client-s3';
import { Aws } from '../sandbox/aws/aws.ts';
import { Clock } from '../sandbox/clock.ts';
import { Faults } from '../sandbox/faults.ts';
import { guardFor, type Level } from '../src/domain/guard.ts';
import { interlock } from './helpers/command.ts';
import { ACCOUNT, ALLOW_ALL, type Keys, policy, type Running, SEED, startAws } from './helpers/sandbox-aws.ts';

const ROLE = `arn:aws:iam::${ACCOUNT}:role/interlock-sandbox-deletion`;
const BOB = `arn:aws:iam::${ACCOUNT}:user/interlock-bob`;
const SIDS = ['InterlockGuardPrincipal', 'InterlockGuardApprover', 'InterlockGuardMfa', 'InterlockGuardMfaAge'];
const foreign = (bucket: string, more: object = {}) => ({
  Sid: 'Readers',
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
  Action: 's3:GetObject',
  Resource: `arn:aws:s3:::${bucket}/*`,
  ...more,
});

let run: Running;
let admin: Keys;
beforeAll(async () => {
  run = await startAws();
  admin = run.user('admin', ALLOW_ALL);
  for (const user of ['interlock-alice', 'interlock-bob']) {
    run.user(user);
    run.aws.iam.createMfaDevice({ user, serial: `arn:aws:iam::${ACCOUNT}:mfa/${user}`, seed: SEED });
  }
  run.aws.iam.createRole({ name: 'interlock-sandbox-deletion', trust: policy(), policies: [] });
  await run.aws.dynamodb.createTable({
    TableName: 'interlock-sandbox-locks',
    AttributeDefinitions: [{ AttributeName: 'bucket', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'bucket', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
});
afterAll(async () => {
  await run.close();
  expect(run.aws.problems).toEqual([]);
});

const environment = (keys = admin, url = run.url) => ({
  AWS_ENDPOINT_URL: url,
  AWS_ACCESS_KEY_ID: keys.accessKeyId,
  AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
});
const guard = (args: string, keys = admin) => interlock(['guard', ...args.split(' ')], environment(keys));
const typed = (answer: string, args: string) => interlock(['guard', ...args.split(' ')], environment(), answer);
/** A bucket with a policy of these statements, as it stands there. */
function bucket(name: string, ...statements: object[]): string {
  run.aws.s3.createBucket({ name });
  if (statements.length > 0) run.aws.s3.setPolicy(name, policy(...statements));
  return name;
}
const statementsOf = (name: string): { Sid?: string; Action?: unknown }[] =>
  JSON.parse(run.aws.s3.get(name).policy?.text ?? '{"Statement":[]}').Statement;
const sidsOf = (name: string) => statementsOf(name).map(({ Sid }) => Sid);
const writes = (name: string) =>
  run.aws.calls.list().filter(({ action, resource }) => /s3:(?:Put|Delete)BucketPolicy/.test(action) && resource.endsWith(`:${name}`))
    .length;

describe('interlock guard', () => {
  it('plans without writing, applies, has nothing to do the second time, and takes off what it put on', async () => {
    const [home, away] = [bucket('team-home', foreign('team-home')), 'team-away'];
    run.aws.s3.createBucket({ name: away, region: 'eu-central-1' });

    const planned = await guard(`plan s3://${home}/x --stage sandbox`);
    expect(planned).toMatchObject({ status: 0, stderr: '' });
    expect(planned.stdout).toContain('  statement “Readers” stays\n+ {\n+   "Sid": "InterlockGuardPrincipal"');
    expect(planned.stdout).toContain(`hardened; ${ROLE} in a session of interlock-alice, or ${BOB}, with a code`);
    expect(planned.stdout).toMatch(/^team-home .*\n {2}goes round it: .*breaks stacks.*back in is root.*S3UnlockBucketPolicy/s);
    expect(planned.stdout).not.toContain('\u001b');
    expect(writes(home)).toBe(0);

    run.faults.add({ target: 's3:PutBucketPolicy', kind: 'error', error: 'OperationAborted', times: 1 });
    const applied = await guard(`apply ${home} ${away} --stage sandbox --yes`);
    expect(applied).toMatchObject({ status: 0, stderr: '' });
    expect(applied.stdout).toMatch(/^team-home: guarded: .*\n {2}goes round it: .*\nteam-away: guarded: .*\n {2}goes round it: .*\n$/);
    expect(sidsOf(home)).toEqual(['Readers', ...SIDS]);
    expect(sidsOf(away)).toEqual(SIDS);

    const before = writes(home);
    expect(await guard(`apply ${home} --stage sandbox --yes`)).toMatchObject({
      status: 0,
      stdout: `${home}: guarded as it should be; nothing to change\n`,
    });
    expect((await guard(`plan ${home} --stage sandbox --level basic`)).stdout).toContain('S3 will refuse. A hardened guard is changed by');
    const denied = await guard(`remove ${home} --yes`);
    expect(denied).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('/guard-bucket in Slack') });
    expect(writes(home)).toBe(before + 1);

    const root = run.aws.iam.createAccessKey('root');
    expect(await guard(`remove ${home} ${away} --yes`, root)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('the guard is off'),
    });
    expect(statementsOf(home)).toEqual([foreign(home)]);
    expect(run.aws.s3.get(away).policy).toBeUndefined();
  });

  it('checks what is there, and what goes round it', async () => {
    const guardAt = (name: string, level: Level) => guardFor({ bucket: name, level, principals: [BOB], approvers: [] }).statements;
    const names = [
      bucket('check-whole', ...guardAt('check-whole', 'hardened')),
      bucket('check-none'),
      bucket('check-basic', ...guardAt('check-basic', 'basic')),
    ];
    const s3 = run.s3(run.user('settings', ALLOW_ALL));
    const { keyId } = run.aws.kms.createKey({
      policy: policy({ ...ALLOW_ALL.Statement[0], Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } }),
    });
    await s3.send(
      new PutBucketEncryptionCommand({
        Bucket: 'check-basic',
        ServerSideEncryptionConfiguration: {
          Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: keyId } }],
        },
      }),
    );
    await s3.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket: 'check-none',
        LifecycleConfiguration: { Rules: [{ ID: 'tidy', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 3 } }] },
      }),
    );
    const { status, stdout } = await guard(`check ${names.join(' ')} --principal ${BOB} --json`);
    expect(status).toBe(1);
    const { buckets } = JSON.parse(stdout);
    expect(buckets).toMatchObject([
      { bucket: 'check-whole', state: 'checked', check: { whole: true, findings: [] }, there: { level: 'hardened', principals: [BOB] } },
      { bucket: 'check-none', check: { whole: false, present: false }, waysRound: [expect.stringContaining('“tidy”'), expect.anything()] },
      { bucket: 'check-basic', there: { level: 'basic' }, waysRound: [expect.anything(), expect.stringContaining(keyId)] },
    ]);
    const told = await guard(`check check-basic check-whole --level basic --principal ${BOB}`);
    expect(told).toMatchObject({ status: 0, stderr: '' });
    expect(told.stdout).toMatch(/^check-basic: the guard is whole: basic; \S+bob, with a code\n {2}goes round it: Versioning was never on/);
    expect(told.stdout).toContain('  wider: Statement “InterlockGuardPrincipal” also denies s3:PutBucketPolicy');
  });

  it('goes on after buckets that fail, and says of each what to do', async () => {
    const own = (name: string, more: object) => bucket(name, foreign(name, more));
    run.aws.s3.createBucket({ name: 'team-theirs', account: '444455556666' });
    const long = { Principal: { AWS: Array.from({ length: 400 }, (_, n) => `arn:aws:iam::${ACCOUNT}:user/somebody-number-${n}`) } };
    const names = [
      bucket('team-good'),
      'team-theirs',
      'team-not-there',
      own('team-dead', { Principal: { AWS: 'AIDAEXAMPLE123456789' } }),
      own('team-long', long),
      own('team-denied', { Sid: 'Keep', Effect: 'Deny', Principal: '*', Action: 's3:DeleteBucket', Resource: 'arn:aws:s3:::team-denied' }),
      bucket('team-broken'),
      bucket('nobodys'),
      bucket('team-good-too'),
    ];
    Object.assign(run.aws.s3.get('team-broken'), { policy: { text: '[]', document: policy() } });
    const { status, stdout, stderr } = await guard(`apply ${names.join(' ')} --stage sandbox --yes --json`);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    const results = JSON.parse(stdout).buckets as { bucket: string; state: string; why?: string }[];
    expect(Object.fromEntries(results.map(({ bucket: name, state, why }) => [name, why ?? state]))).toEqual({
      'team-good': 'written',
      'team-theirs': expect.stringContaining(`It isn't a bucket of account ${ACCOUNT}`),
      'team-not-there': 'There is no bucket of that name.',
      'team-dead': expect.stringMatching(/“Readers”.*AIDAEXAMPLE123456789.*deleted/),
      'team-long': expect.stringMatching(/would have [\d,]+ with the guard/),
      'team-denied': expect.stringMatching(/lock out.*statement “Keep” of the bucket's policy denies it/),
      'team-broken': expect.stringContaining('is no JSON object'),
      nobodys: expect.stringContaining('No rule of config/sandbox.yml'),
      'team-good-too': 'written',
    });
    expect(names.filter((name) => name.includes('-') && run.aws.s3.find(name)).map(writes)).toEqual([1, 0, 0, 0, 0, 0, 1]);
  });

  it('guards nothing for a principal that is not there, or not there by that name', async () => {
    bucket('team-wrong');
    run.aws.iam.createUser({ name: 'pathed', path: '/people/', policies: [] });
    const arn = (rest: string) => `arn:aws:iam::${ACCOUNT}:${rest}`;
    const wrong = await guard(`apply team-wrong --principal ${arn('user/nobody')} --principal ${arn('user/pathed')} --yes`);
    expect(wrong).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("nobody isn't there, and under a guard that names it nobody could delete"),
    });
    expect(wrong.stderr).toContain(`${arn('user/people/pathed')} is: name it with its path`);
    const roleAlone = await guard(`plan team-wrong --principal ${ROLE}`);
    expect(roleAlone).toMatchObject({ status: 1, stderr: expect.stringContaining('--approver') });
    run.user('codeless');
    run.user('keyed');
    run.aws.iam.createMfaDevice({ user: 'keyed', serial: arn('u2f/user/keyed/key-A'), seed: SEED });
    const codeless = await guard(`plan team-wrong --principal ${arn('user/codeless')} --principal ${arn('user/keyed')}`);
    for (const name of ['codeless', 'keyed']) expect(codeless.stderr).toContain(`user/${name} has no MFA device that shows codes`);
    const approvers = '--approver codeless --approver nobody';
    const wrongly = await guard(`plan team-wrong --principal ${ROLE} ${approvers}`);
    expect(wrongly.stderr).toMatch(/approver codeless has no MFA device.*There is no IAM user nobody in account/);
    // The approver's own user may nothing but ask for a session of the role.
    expect(await guard(`plan team-wrong --stage sandbox --principal ${arn('user/interlock-alice')}`)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/lock out.*own policies don't allow/),
    });
    expect(writes('team-wrong')).toBe(0);
  });

  it('shows the change in colour and asks, where somebody is at a terminal', async () => {
    const names = ['shown-1', 'shown-2', 'shown-3', 'shown-4'].map((name) => bucket(name));
    const no = await typed('n', `apply --pattern shown-* --principal ${BOB}`);
    expect(no).toMatchObject({ status: 2, stderr: expect.stringContaining('nothing was written') });
    expect(no.stdout).toContain('\u001b[32m+   "Sid": "InterlockGuardPrincipal",\u001b[39m');
    expect(names.map(writes)).toEqual([0, 0, 0, 0]);

    const yes = await typed('y', `apply --pattern shown-* --principal ${BOB}`);
    expect(yes).toMatchObject({ status: 0, stderr: expect.stringContaining('Put this guard on 4 buckets? [y/N]') });
    expect(yes.stderr).toMatch(/#+\.* 2 of 4/);
    expect(yes.stdout).toContain('4 changed');
    expect(names.map(writes)).toEqual([1, 1, 1, 1]);
  });

  it('loses nothing where two write at once', async () => {
    bucket('team-two', foreign('team-two'));
    const root = run.aws.iam.createAccessKey('root');
    const both = await Promise.all(
      ['basic', 'hardened'].map((level) => guard(`apply team-two --stage sandbox --yes --level ${level}`, root)),
    );
    expect(both.map(({ status }) => status)).toEqual([0, 0]);
    const [first, ...own] = statementsOf('team-two');
    expect(first).toEqual(foreign('team-two'));
    expect([SIDS, SIDS.slice(0, 3)]).toContainEqual(own.map(({ Sid }) => Sid));
    const levels = new Set(own.map(({ Action }) => String(Action)));
    expect(levels.size).toBe(1);
  });
});

describe('docs/guard.md', () => {
  it('has commands that run as written', async () => {
    bucket('team-scratch');
    const [, block = ''] = /```sh\n(.*?)```/s.exec(readFileSync('docs/guard.md', 'utf8')) ?? [];
    const commands = [...block.matchAll(/^(AWS_PROFILE=root )?npx --no interlock (.+)$/gm)];
    expect(commands).toHaveLength(4);
    for (const [, asRoot, words = ''] of commands) {
      const keys = asRoot ? run.aws.iam.createAccessKey('root') : admin;
      const ran = await interlock(words.replace('--all', '--pattern team-scratch').split(' '), environment(keys), 'y');
      expect({ words, status: ran.status }).toEqual({ words, status: 0 });
    }
    expect(writes('team-scratch')).toBe(2);
    expect(run.aws.s3.get('team-scratch').policy).toBeUndefined();
  });
});

describe('interlock guard that could not run', () => {
  it.each([
    ['no command', '', {}, 'name a command'],
    ['a word that is off', 'guard plna', {}, 'Did you mean plan?'],
    ["a name that is no bucket's", 'guard plan Team_X --stage sandbox', {}, "Team_X: a bucket's name has"],
    ['a level that there is not', 'guard plan team-x --level hard', {}, 'basic, hardened'],
    ['no bucket', 'guard plan', {}, 'name a bucket'],
    ['nobody who may delete', 'guard plan team-x', {}, '--principal <arn>'],
    ['a principal that is a session', `guard plan x --principal arn:aws:sts::${ACCOUNT}:assumed-role/a/b`, {}, 'name the role itself'],
    ['all buckets and no stage', 'guard check --all --principal 111122223333', {}, '--all needs a stage'],
    ['a stage without a configuration', 'guard plan team-x --stage nope', {}, 'config/nope.yml'],
    ['a key without a value', 'guard plan team-x --stage sandbox --given aws:PrincipalOrgID', {}, '--given aws:PrincipalOrgID=o-'],
    ['nobody to ask', 'guard apply team-x --stage sandbox', {}, 'add --yes'],
    ['no credentials', 'guard plan team-x --stage sandbox', { AWS_ACCESS_KEY_ID: '' }, 'AWS_PROFILE='],
    [
      'credentials that AWS does not know',
      'guard plan team-x --stage sandbox',
      { AWS_ACCESS_KEY_ID: 'AKIAUNKNOWN' },
      'InvalidClientTokenId',
    ],
    ['nothing at the address', 'guard plan team-x --stage sandbox', { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }, 'AWS_ENDPOINT_URL'],
    ['no bucket of that name', 'guard plan --pattern nothing-* --stage sandbox', {}, 'has no bucket of the name nothing-*'],
  ])('for %s says so and what to do, and exits with 2', async (_, words, more, text) => {
    const env = { ...environment(), ...more };
    const { status, stdout, stderr } = await interlock(words === '' ? [] : words.split(' '), env);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^interlock: .+\n(?:hint: .+\n)?$/);
    expect(stderr).toContain(text);
  });

  it('takes no credentials of another account than the stage is for', async () => {
    const clock = new Clock();
    const other = new Aws({ clock, faults: new Faults(), account: '444455556666', region: 'us-east-1', assumeRoleMfa: 'absent' });
    const url = await other.listen(0);
    other.iam.createUser({ name: 'admin', policies: [{ name: 'all', document: ALLOW_ALL }] });
    const { status, stderr } = await interlock(
      ['guard', 'check', '--all', '--stage', 'sandbox'],
      environment(other.iam.createAccessKey('admin'), url),
    );
    await other.close();
    clock.close();
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining(`of account 444455556666, and config/sandbox.yml is for ${ACCOUNT}`),
    });
  });

  it('shows help with examples', async () => {
    const { status, stdout } = await interlock(['guard', 'apply', '--help'], {});
    expect(status).toBe(0);
    expect(stdout).toMatch(/--principal <arn>.*Examples:.*npx --no interlock guard apply.*Exit codes/s);
  });
});
