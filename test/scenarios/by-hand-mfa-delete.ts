/** docs/by-hand.md, "MFA Delete": its commands as written, and each error that it explains. */
import {
  CreateBucketCommand,
  DeleteBucketLifecycleCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { type Block, hasAwsCli, type Ran, runBlocks } from '../helpers/by-hand.ts';
import { keysIn } from '../helpers/deletion-role.ts';
import type { Keys, Sandbox } from '../helpers/sandbox.ts';

/** The document's commands, in its order, each with a code of its own. */
export function mfaDeleteByHand(sandbox: () => Sandbox, recipe: Block[]): void {
  const shell = (name: string) => recipe.filter((block) => block.language === 'sh' && block.name === name);
  const shown = (name: string) => JSON.parse(recipe.find((block) => block.language === 'json' && block.name === name)?.text ?? '');

  it('switches MFA Delete on, deletes a version as root, and switches it off', async () => {
    const box = sandbox();
    const lookUp = recipe.filter(({ text }) => text.startsWith('export PRINCIPAL='));
    const own = { '$PWD/.sandbox': box.dir, 'http://127.0.0.1:4566': box.urls.aws };
    const ran: Ran[] = [];
    // A shell for each command, so that its code is taken when its turn comes: on a busy machine one taken before would be too old.
    let before = [...shell('sandbox'), ...shell('mfaWho'), ...lookUp];
    for (const block of ['mfaOn', 'mfaLook', 'mfaVersion', 'mfaOff'].flatMap(shell)) {
      const code = block.text.includes('123456') ? await box.code('root') : '';
      const blocks = [...before, { ...block, text: block.text.replace('123456', code) }];
      const all = await runBlocks(hasAwsCli() ? 'AWS CLI' : 'SDK', blocks, own);
      expect(all.map(({ code, errors }) => [code, errors])).toEqual(blocks.map(() => [0, '']));
      ran.push(...all.slice(ran.length === 0 ? 2 : -1));
      before = [...shell('sandbox'), ...shell('mfaWho'), { ...block, text: `export SERIAL=${box.mfa.root?.serial}\n` }];
    }
    const [who = '', on, seen = '', deleted = '', off] = ran.map(({ output }) => output);
    expect(who).toBe(`arn:aws:iam::111122223333:root with ${box.mfa.root?.serial}`);
    expect([on, off]).toEqual(['', '']);
    expect(JSON.parse(seen)).toEqual(shown('mfaLook'));
    expect(JSON.parse(deleted)).toEqual({ VersionId: expect.stringMatching(/./) });
    expect(await box.s3().send(new GetBucketVersioningCommand({ Bucket: 'team-logs' }))).toMatchObject({
      Status: 'Enabled',
      MFADelete: 'Disabled',
    });
    const { Versions = [] } = await box.s3().send(new ListObjectVersionsCommand({ Bucket: 'team-logs', Prefix: 'app/2026-11-01.log' }));
    expect(Versions.map(({ VersionId }) => VersionId)).toEqual([expect.not.stringContaining(JSON.parse(deleted).VersionId)]);
  });
}

/** What gets the errors that the document explains: the cause, the operation and the request. */
export function mfaDeleteRequests(sandbox: () => Sandbox): [cause: string, operation: string, request: () => Promise<unknown>][] {
  const Bucket = 'team-kept';
  const as = (profile: string) => sandbox().s3(sandbox().keysOf(profile));
  const put = (keys: Keys, MFADelete: 'Enabled' | 'Disabled', MFA?: string, bucket = Bucket) => {
    const VersioningConfiguration = { Status: 'Enabled' as const, MFADelete };
    return sandbox()
      .s3(keys)
      .send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration, MFA }));
  };
  const keys = (profile: string) => sandbox().keysOf(profile);
  const rootsCode = async () => `${sandbox().mfa.root?.serial} ${await sandbox().code('root')}`;
  return [
    [
      "a code for MFA Delete that isn't the device's",
      'PutBucketVersioning',
      async () => {
        await as('admin').send(new CreateBucketCommand({ Bucket }));
        await put(keys('root'), 'Enabled', `${sandbox().mfa.root?.serial} 000000`);
      },
    ],
    ["another's device", 'PutBucketVersioning', () => put(keys('root'), 'Enabled', `${sandbox().mfa.bob?.serial} 123456`)],
    [
      "root's temporary credentials",
      'PutBucketVersioning',
      async () => {
        const session = keysIn(await sandbox().sts(keys('root')).send(new GetSessionTokenCommand({})));
        await put(session, 'Enabled', await rootsCode());
      },
    ],
    ["an administrator with root's code", 'PutBucketVersioning', async () => put(keys('admin'), 'Enabled', await rootsCode())],
    ['root without a code', 'PutBucketVersioning', () => put(keys('root'), 'Enabled')],
    [
      'lifecycle rules',
      'PutBucketVersioning',
      async () => {
        const Rules = [{ ID: 'tidy', Status: 'Enabled' as const, Filter: { Prefix: '' }, Expiration: { Days: 3 } }];
        await as('admin').send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
        await put(keys('root'), 'Enabled', await rootsCode());
      },
    ],
    [
      'a hardened guard',
      'PutBucketVersioning',
      async () => {
        const bucket = 'team-scratch';
        const deny = { Effect: 'Deny', Principal: '*', Action: 's3:PutBucketVersioning', Resource: `arn:aws:s3:::${bucket}` };
        await as('admin').send(
          new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement: deny }) }),
        );
        await put(keys('root'), 'Enabled', await rootsCode(), bucket).finally(() =>
          as('root').send(new DeleteBucketPolicyCommand({ Bucket: bucket })),
        );
      },
    ],
    [
      'a version under MFA Delete',
      'DeleteObject',
      async () => {
        await as('admin').send(new DeleteBucketLifecycleCommand({ Bucket }));
        await put(keys('root'), 'Enabled', await rootsCode());
        const { VersionId } = await as('admin').send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
        await as('admin').send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId }));
      },
    ],
  ];
}
