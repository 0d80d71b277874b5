import { parseConfig } from '../src/config.ts';
import * as policies from '../src/domain/policies.ts';
import { type Asked, configWith, SANDBOX, stackOf } from './helpers/policies.ts';

const stack = stackOf(parseConfig(SANDBOX, 'config/sandbox.yml'));
const s3 = (action: string, resource: string): Asked => ({ action: `s3:${action}`, resource: `arn:aws:s3:::${resource}` });

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
