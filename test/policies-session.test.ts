import { parseConfig } from '../src/config.ts';
import * as policies from '../src/domain/policies.ts';
import type { Kind } from '../src/domain/request.ts';
import { type Asked, configWith, SANDBOX, stackOf } from './helpers/policies.ts';

const stack = stackOf(parseConfig(SANDBOX, 'config/sandbox.yml'));
const s3 = (action: string, resource: string): Asked => ({ action: `s3:${action}`, resource: `arn:aws:s3:::${resource}` });

const POLICY = ['GetBucketPolicy', 'PutBucketPolicy', 'DeleteBucketPolicy'];

describe('a session policy', () => {
  it('narrows a session to the actions of one request', async () => {
    const policy = JSON.parse(
      policies.sessionPolicy({ bucket: 'team-scratch', actions: ['s3:ListBucketVersions', 's3:DeleteObjectVersion'] }),
    );
    const session = stack.deletion('interlock-alice', 'team-scratch', policy);
    expect(await stack.may(session, s3('ListBucketVersions', 'team-scratch'))).toBe(true);
    expect(await stack.may(session, s3('DeleteObjectVersion', 'team-scratch/a'))).toBe(true);
    expect(await stack.may(session, s3('DeleteBucket', 'team-scratch'))).toBe(false);
  });

  it.each<[Kind, boolean, string[]]>([
    ['delete', false, ['DeleteBucket']],
    ['guard-hardened', false, POLICY],
    ['guard-basic', false, POLICY],
    ['guard-off', false, POLICY],
    ['empty-delete', false, ['DeleteBucket', 'ListBucketVersions', 'ListBucketMultipartUploads', ...POLICY]],
    ['empty', false, ['ListBucketVersions', 'ListBucketMultipartUploads', ...POLICY]],
    ['purge', false, ['ListBucketVersions']],
    ['delete', true, ['ListBucketVersions']],
    ['empty-delete', true, ['ListBucketVersions']],
    ['empty', true, ['ListBucketVersions']],
    ['purge', true, ['ListBucketVersions']],
    ['guard-off', true, ['ListBucketVersions']],
  ])('lets the session of a request (%s, rehearsal: %s) do %j, on its bucket, and nothing else', async (kind, rehearsal, may) => {
    const policy = JSON.parse(policies.sessionPolicy({ bucket: 'team-scratch', actions: policies.sessionActions({ kind, rehearsal }) }));
    const session = stack.deletion('interlock-alice', 'team-scratch', policy);
    const onBucket = ['DeleteBucket', 'ListBucketVersions', 'ListBucketMultipartUploads', ...POLICY];
    const allowed = await Promise.all(onBucket.map((action) => stack.may(session, s3(action, 'team-scratch'))));
    expect(onBucket.filter((_, index) => allowed[index])).toEqual(may);
    for (const action of may) expect(await stack.may(session, s3(action, 'team-logs'))).toBe(false);
    const onObjects = [
      'DeleteObjectVersion',
      'AbortMultipartUpload',
      'DeleteObject',
      'PutObject',
      'GetObject',
      'BypassGovernanceRetention',
    ];
    const objects = await Promise.all(onObjects.map((action) => stack.may(session, s3(action, 'team-scratch/a'))));
    const taken: Partial<Record<Kind, string[]>> = {
      'empty-delete': ['DeleteObjectVersion', 'AbortMultipartUpload'],
      empty: ['DeleteObjectVersion', 'AbortMultipartUpload'],
      purge: ['DeleteObjectVersion'],
    };
    expect(onObjects.filter((_, index) => objects[index])).toEqual((!rehearsal && taken[kind]) || []);
    expect(await stack.may(session, s3('DeleteObjectVersion', 'team-logs/a'))).toBe(false);
  });

  it('fits STS for the longest name and every action of the deletion role', () => {
    const actions = policies
      .deletionRolePermissions(
        configWith([{ buckets: 'a-*', approvers: ['alice'], bypassGovernanceRetention: true, putLifecycleConfiguration: true }]),
      )
      .Statement.filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Action }) => [Action].flat() as string[]);
    expect(policies.sessionPolicy({ bucket: 'a'.repeat(63), actions }).length).toBeLessThan(policies.SESSION_POLICY_LIMIT);
  });

  it('is refused when it names no action, or more than STS takes', () => {
    expect(() => policies.sessionPolicy({ bucket: 'team-scratch', actions: [] })).toThrow('name at least one action');
    const actions = Array.from({ length: 100 }, (_, index) => `s3:GetBucketSomething${index}`);
    expect(() => policies.sessionPolicy({ bucket: 'team-scratch', actions })).toThrow(/STS takes 2048/);
  });
});
