/** The deployed stack in this process, for what no client has over HTTP: the very sessions that Lambda and Step Functions give roles to work with. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { packagedTemplate } from './packaged.ts';
import { type Caller, callerWith, type Keys } from './policies-http.ts';

const SESSION = 'shown';

/** Starts it; its roles, keys and secrets are those of the packaged template. */
export async function startStack() {
  packagedTemplate();
  const dir = mkdtempSync(path.join(tmpdir(), 'interlock-'));
  const sandbox = await startSandbox({ port: 0, awsPort: 0, slackPort: 0, dir, assumeRoleMfa: 'absent' });
  const { aws } = sandbox;
  const clients: { destroy(): void }[] = [];
  const kept = <C extends { destroy(): void }>(client: C): C => {
    clients.push(client);
    return client;
  };
  const encrypt = (keyId: string, context: Record<string, string>) =>
    aws.kms.encrypt(aws.kms.find(keyId, 'us-east-1'), Buffer.from('secret'), context);
  // What the functions do meanwhile, with sessions named otherwise, is not asked about.
  const calls = () =>
    aws.calls.list().filter(({ principal }) => !principal.includes(':assumed-role/') || principal.endsWith(`/${SESSION}`));
  const as = (keys: Keys): Caller => callerWith(keys, { url: sandbox.urls.aws, calls, encrypt }, kept);
  const keyOf = (owner: string): Keys => {
    const { accessKeyId, secretAccessKey } = aws.iam.createAccessKey(owner);
    return { accessKeyId, secretAccessKey };
  };

  return {
    sandbox,
    admin: as(keyOf('admin')),
    root: as(keyOf('root')),
    /** What works with a role of the stack, with the session that the service gives it. Rejects where the role doesn't trust the service. */
    async role(name: string, service = 'lambda.amazonaws.com'): Promise<Caller> {
      const { accessKeyId, secretAccessKey, sessionToken } = await aws.roleSession(roleArn(name), SESSION, { service });
      return as({ accessKeyId, secretAccessKey, sessionToken });
    },
    /** A user with this policy. */
    user(name: string, document: object): Caller {
      aws.iam.createUser({ name, policies: [{ name: 'interlock', document }] });
      return as(keyOf(name));
    },
    async stop(): Promise<void> {
      for (const client of clients) client.destroy();
      await sandbox.close();
      rmSync(dir, { recursive: true, force: true });
      if (aws.problems.length > 0) throw new AggregateError(aws.problems, 'the sandbox had problems of its own');
    },
  };
}

export type Stack = Awaited<ReturnType<typeof startStack>>;

export const roleArn = (name: string): string => `arn:aws:iam::111122223333:role/interlock-sandbox-${name}`;
