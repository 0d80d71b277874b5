import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  HeadBucketCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import type { Level } from '../../src/domain/guard.ts';
import { interlock } from '../helpers/command.ts';
import { sandbox } from '../helpers/shared.ts';
import { approve, ask, waiting } from '../helpers/story.ts';

/** The name of the error that a call fails with; `done` where it doesn't. */
const outcomeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'done',
    (error: Error) => error.name,
  );

/** What an administrator with `s3:*` gets who deletes the bucket or, where the guard is hardened, takes it off or goes round it. */
function byAdministrator(Bucket: string, level: Level): Promise<string[]> {
  const s3 = sandbox.s3();
  const open = { Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 's3:*', Resource: `arn:aws:s3:::${Bucket}` };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [open] });
  const Rules = [{ ID: 'all', Status: 'Enabled' as const, Filter: { Prefix: '' }, Expiration: { Days: 1 } }];
  const further = () => [
    s3.send(new PutBucketPolicyCommand({ Bucket, Policy })),
    s3.send(new DeleteBucketPolicyCommand({ Bucket })),
    s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } })),
  ];
  return Promise.all([s3.send(new DeleteBucketCommand({ Bucket })), ...(level === 'hardened' ? further() : [])].map(outcomeOf));
}

describe('a guard that an administrator put on by command', () => {
  const approvers = ['alice', 'bob'];
  const guard = (...args: string[]) => {
    const { accessKeyId, secretAccessKey } = sandbox.keysOf('admin');
    const env = { AWS_ENDPOINT_URL: sandbox.urls.aws, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    return interlock(['guard', ...args, '--stage', 'sandbox'], env);
  };

  it.each<[Level, number]>([
    ['basic', 1],
    ['hardened', 4],
  ])('keeps an administrator out, and lets sessions of both kinds delete: %s', async (level, denied) => {
    const named = (by: string) => `team-command-${level}-${by}`;
    for (const by of approvers) await sandbox.s3().send(new CreateBucketCommand({ Bucket: named(by) }));
    expect(await guard('apply', ...approvers.map(named), '--level', level, '--yes')).toMatchObject({ status: 0, stderr: '' });

    const refused = Array(denied).fill('AccessDenied');
    for (const by of approvers) {
      const bucket = named(by);
      expect(await byAdministrator(bucket, level)).toEqual(refused);
      const requestId = await ask(sandbox, bucket);
      await waiting(sandbox, requestId);
      expect(await byAdministrator(bucket, level)).toEqual(refused);
      await approve(sandbox, requestId, bucket, by);
      await sandbox.ended(requestId);
      expect(await outcomeOf(sandbox.s3().send(new HeadBucketCommand({ Bucket: bucket })))).toBe('NotFound');
    }
  });
});
