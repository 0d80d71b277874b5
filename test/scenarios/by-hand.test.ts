/**
 * docs/by-hand.md, run as written: the recipe in a shell, with the AWS CLI where there is one (INTERLOCK_AWS_CLI=off: as if there were none)
 * and with the SDK; then each error that the document explains, and what it says of root and of the form that AWS Support gave.
 */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  HeadBucketCommand,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import { GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { guardFor } from '../../src/domain/guard.ts';
import { type Block, hasAwsCli, oneBlank, type Ran, readByHand, runBlocks, toldByCli, type Way } from '../helpers/by-hand.ts';
import { keysIn } from '../helpers/deletion-role.ts';
import { stopSearched } from '../helpers/places.ts';
import { type Keys, type Sandbox, startSandbox } from '../helpers/sandbox.ts';
import { mfaDeleteByHand, mfaDeleteRequests } from './by-hand-mfa-delete.ts';

const Bucket = 'team-scratch';
const document = readByHand();
const recipe = document.blocks;
const end = recipe.findIndex(({ name }) => name === 'off');
const named = (name: string, language = 'sh'): Block => {
  const found = recipe.find((block) => block.name === name && block.language === language);
  if (!found) throw new Error(`docs/by-hand.md has no block "${language} ${name}"`);
  return found;
};
const json = (name: string) => JSON.parse(named(name, 'json').text);

/** IAM reads a list of one as its one member. */
const unlisted = (value: unknown) => JSON.parse(JSON.stringify(value), (_, member) => (member?.length === 1 ? member[0] : member));

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => stopSearched(sandbox));

const admin = () => sandbox.s3();
const as = (profile: string) => sandbox.s3(sandbox.keysOf(profile));
/** Root passes whatever guard is on. */
const guard = (policy: object) => as('root').send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(policy) }));
const unguard = () => as('root').send(new DeleteBucketPolicyCommand({ Bucket }));
const remove = (s3: ReturnType<Sandbox['s3']>, name = Bucket) => s3.send(new DeleteBucketCommand({ Bucket: name }));
const again = () => admin().send(new CreateBucketCommand({ Bucket }));

function token(profile: string, code?: string, serial = sandbox.mfa[profile]?.serial, keys = sandbox.keysOf(profile)) {
  const input = code === undefined ? {} : { SerialNumber: serial, TokenCode: code };
  return sandbox.sts(keys).send(new GetSessionTokenCommand({ ...input, DurationSeconds: 900 }));
}
const session = async (profile: string): Promise<Keys> => keysIn(await token(profile, await sandbox.code(profile)));

/** Runs the recipe as the profile, up to the bucket's end. */
async function run(way: Way, profile: string): Promise<Ran[]> {
  const steps = recipe
    .slice(0, end)
    .filter(({ language, name }) => language === 'sh' && name !== 'code' && (name !== 'root' || profile === 'root'))
    .flatMap((block) => (block.text.startsWith('cat > guard.json') ? [block, { ...block, text: 'cat guard.json\n' }] : [block]));
  return runBlocks(way, steps, { ...own(), '123456': await sandbox.code(profile) });
}
const own = () => ({ '$PWD/.sandbox': sandbox.dir, 'http://127.0.0.1:4566': sandbox.urls.aws });
const ranBy = (ran: Ran[], beginning: string): Ran | undefined => ran.find(({ text }) => text.startsWith(beginning));

describe('the recipe by hand', () => {
  mfaDeleteByHand(() => sandbox, recipe);

  // A start of the AWS CLI takes most of a second: one of the two ways suffices for each principal.
  it.each<[profile: string, kind: string, way: Way]>([
    ['bob', 'user', hasAwsCli() ? 'AWS CLI' : 'SDK'],
    ['root', 'root', 'SDK'],
  ])('deletes the bucket as %s (%s), by the %s', async (profile, kind, way) => {
    await again();
    const before = (await sandbox.calls()).length;
    const ran = await run(way, profile);

    const principal = kind === 'root' ? 'arn:aws:iam::111122223333:root' : 'arn:aws:iam::111122223333:user/interlock-bob';
    expect(ran.map(({ output }) => output)).toContain(`${principal} with ${sandbox.mfa[profile]?.serial}`);
    expect(JSON.parse(ranBy(ran, 'cat guard.json')?.output ?? '')).toEqual(json(kind));
    const failed = ran.filter(({ code, errors }) => code !== 0 || errors !== '');
    expect(failed.map(({ errors }) => errors.replace(/^aws: \[ERROR\]: /, ''))).toEqual(
      recipe.filter(({ language, text }) => language === 'text' && text.startsWith('An error')).map(({ text }) => text.trim()),
    );

    const calls = (await sandbox.calls()).slice(before);
    expect(calls.map(({ action, errorCode, mfa }) => [action, errorCode, mfa])).toEqual([
      ['sts:GetCallerIdentity', undefined, null],
      ['iam:ListVirtualMFADevices', undefined, null],
      ['s3:GetBucketPolicy', 'NoSuchBucketPolicy', null],
      ['s3:PutBucketPolicy', undefined, null],
      ['sts:GetSessionToken', undefined, true],
      ['s3:DeleteBucket', undefined, true],
      ['s3:ListBucket', expect.any(String), null],
    ]);
    expect(calls.find(({ action }) => action === 's3:DeleteBucket')).toMatchObject({ principal, allowed: true });
  });

  it('shows what the examples stand for, as the IAM user', () => {
    const echoed = recipe.find(({ language }) => language === 'text');
    expect(echoed?.text.trim()).toBe(`arn:aws:iam::111122223333:user/interlock-bob with ${sandbox.mfa.bob?.serial}`);
  });

  it.each([
    ['user', 'arn:aws:iam::111122223333:user/interlock-bob'],
    ['root', 'arn:aws:iam::111122223333:root'],
  ])('has the basic guard that Interlock writes (%s)', (kind, principal) => {
    const { statements } = guardFor({ bucket: Bucket, level: 'basic', principals: [principal], approvers: [] });
    expect(unlisted(json(kind).Statement)).toEqual(unlisted(statements));
  });

  it('takes the guard off again', async () => {
    await again();
    await guard(json('user'));
    const who = recipe.filter(({ name, text }) => name === '' && text.startsWith('export BUCKET='));
    const [off] = (await runBlocks('SDK', [named('sandbox'), ...who, named('off')], own())).slice(-1);
    expect(off).toMatchObject({ code: 0, output: '', errors: '' });
    await expect(admin().send(new GetBucketPolicyCommand({ Bucket }))).rejects.toMatchObject({ name: 'NoSuchBucketPolicy' });
  });

  it('shows the code of a device of the sandbox', () => {
    const text = named('code').text.replace('./.sandbox', sandbox.dir);
    const ROOT = path.resolve(import.meta.dirname, '../..');
    const node = `PATH='${path.dirname(process.execPath)}':"$PATH"\n`;
    const code = execFileSync('sh', ['-c', node + text], { cwd: ROOT, env: { PATH: process.env.PATH, APPROVER: 'bob' }, encoding: 'utf8' });
    expect(code).toMatch(/^\d{6}\n$/);
  });
});

describe('an error that the document explains', () => {
  const shown = new Set<string>();
  let bob: Keys;
  beforeAll(async () => {
    await again();
    bob = await session('bob');
  });
  beforeEach(unguard);

  const REQUESTS: [cause: string, operation: string, request: () => Promise<unknown>][] = [
    ['a wrong code', 'GetSessionToken', () => token('bob', '000000')],
    [
      'a code that was used',
      'GetSessionToken',
      async () => {
        const code = await sandbox.code('bob');
        await token('bob', code);
        await token('bob', code);
      },
    ],
    [
      "the user's ARN for a serial (FC-13)",
      'GetSessionToken',
      async () => token('bob', '000000', 'arn:aws:iam::111122223333:user/interlock-bob'),
    ],
    ["another's device", 'GetSessionToken', async () => token('bob', await sandbox.code('root'), sandbox.mfa.root?.serial)],
    [
      'a right code after nine others in three minutes',
      'GetSessionToken',
      async () => {
        for (let code = 1; code <= 9; code += 1) await token('bob', String(code).repeat(6)).catch(() => undefined);
        await token('bob', await sandbox.code('bob'));
      },
    ],
    ['a session in place of a key', 'GetSessionToken', () => token('bob', '000000', undefined, bob)],
    [
      'a key that AWS does not know',
      'GetSessionToken',
      () => token('bob', '000000', undefined, { ...sandbox.keysOf('bob'), accessKeyId: 'AKIAABCDEFGHIJKLMNOP' }),
    ],
    ['no guard', 'GetBucketPolicy', () => admin().send(new GetBucketPolicyCommand({ Bucket }))],
    [
      'a guard for another bucket',
      'PutBucketPolicy',
      () => admin().send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(json('user')).replaceAll(Bucket, 'orphan') })),
    ],
    ['a guard that is no JSON', 'PutBucketPolicy', () => admin().send(new PutBucketPolicyCommand({ Bucket, Policy: 'Version' }))],
    [
      'a hardened guard',
      'PutBucketPolicy',
      async () => {
        const [first] = json('user').Statement;
        await guard({ ...json('user'), Statement: [{ ...first, Action: ['s3:DeleteBucket', 's3:PutBucketPolicy'] }] });
        await admin().send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(json('user')) }));
      },
    ],
    ["the principal's long-term key", 'DeleteBucket', () => guard(json('user')).then(() => remove(as('bob')))],
    [
      'a session for no code',
      'DeleteBucket',
      async () => {
        await guard(json('user'));
        await remove(sandbox.s3(keysIn(await token('bob'))));
      },
    ],
    ['an administrator', 'DeleteBucket', () => guard(json('user')).then(() => remove(admin()))],
    ["root's long-term key under a guard that names root", 'DeleteBucket', () => guard(json('root')).then(() => remove(as('root')))],
    [
      'root with a code under a guard that names another',
      'DeleteBucket',
      async () => {
        await guard(json('user'));
        await remove(sandbox.s3(await session('root')));
      },
    ],
    ["a user whose own policy doesn't allow it", 'DeleteBucket', () => remove(sandbox.s3(bob), 'orphan')],
    [
      "a session's key without its token",
      'DeleteBucket',
      () => remove(sandbox.s3({ accessKeyId: bob.accessKeyId, secretAccessKey: bob.secretAccessKey })),
    ],
    ['objects', 'DeleteBucket', () => remove(sandbox.s3(bob), 'team-site')],
    ['old versions', 'DeleteBucket', () => remove(sandbox.s3(bob), 'team-logs')],
    ['access points', 'DeleteBucket', () => remove(sandbox.s3(bob), 'team-pointed')],
    ['a bucket that is not there', 'DeleteBucket', () => remove(sandbox.s3(bob), 'team-by-hand')],
    ['a look at a bucket that is not there', 'HeadBucket', () => admin().send(new HeadBucketCommand({ Bucket: 'team-by-hand' }))],
    ["a look at another account's bucket", 'HeadBucket', () => admin().send(new HeadBucketCommand({ Bucket: 'team-elsewhere' }))],
    [
      'a session that has ended',
      'DeleteBucket',
      async () => {
        await sandbox.advance(900);
        await remove(sandbox.s3(bob));
      },
    ],
    ...mfaDeleteRequests(() => sandbox),
  ];
  it.each(REQUESTS)('comes of %s (%s)', async (_cause, operation, request) => {
    const told = await request().then(
      () => 'no error',
      (error) => oneBlank(toldByCli(operation, error)),
    );
    expect(document.errors).toContain(told);
    shown.add(told);
  });

  it('is one of these: no other stands there', () => {
    expect([...shown].sort()).toEqual(document.errors.toSorted());
  });
});

describe('what the document says', () => {
  beforeEach(async () => {
    await sandbox.advance(181);
    await again();
    await unguard();
  });
  const denied = (keys: Keys) => expect(remove(sandbox.s3(keys))).rejects.toMatchObject({ name: 'AccessDenied' });
  const passes = async (keys: Keys) => {
    await remove(sandbox.s3(keys));
    await again();
  };

  it('of root holds: it passes every bucket policy for the policy itself, and for nothing else', async () => {
    const all = { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: `arn:aws:s3:::${Bucket}` };
    await guard({ Version: '2012-10-17', Statement: [all] });
    await as('root').send(new GetBucketPolicyCommand({ Bucket }));
    await denied(await session('root'));
    await unguard();
    await passes(sandbox.keysOf('root'));
  });

  it("of AWS Support's form holds for root: nobody else, and not without a code", async () => {
    await guard(json('support'));
    await denied(sandbox.keysOf('admin'));
    await denied(sandbox.keysOf('root'));
    await passes(await session('root'));
  });

  it("of AWS Support's form holds for a user: denied alone; with the account listed, root passes too", async () => {
    const bob = await session('bob');
    const form = (...AWS: string[]) => {
      const [first, second] = json('support').Statement;
      return { ...json('support'), Statement: [{ ...first, NotPrincipal: { AWS } }, second] };
    };
    const [user, root] = ['arn:aws:iam::111122223333:user/interlock-bob', 'arn:aws:iam::111122223333:root'];
    await guard(form(user));
    await denied(bob);
    await guard(form(user, root));
    await denied(sandbox.keysOf('admin'));
    await passes(bob);
    await guard(form(user, root));
    await passes(await session('root'));
  });

  it('of Bool holds: without IfExists, a long-term key passes (FC-19)', async () => {
    await guard(JSON.parse(named('root', 'json').text.replace('BoolIfExists', 'Bool')));
    await passes(sandbox.keysOf('root'));
  });
});
