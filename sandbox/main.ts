/** `npm start`: the sandbox, until Ctrl-C. */
import type { SandboxOptions } from './sandbox.ts';

/** Reads SANDBOX_*; throws an Error that names the variable at fault. */
function optionsOf(env: NodeJS.ProcessEnv): SandboxOptions {
  const mfa = env.SANDBOX_ASSUME_ROLE_MFA || 'absent';
  if (mfa !== 'absent' && mfa !== 'false' && mfa !== 'true')
    throw new Error(`SANDBOX_ASSUME_ROLE_MFA is "${mfa}"; it may be absent, false or true`);
  return {
    port: portOf(env, 'SANDBOX_PORT', 3000),
    awsPort: portOf(env, 'SANDBOX_AWS_PORT', 4566),
    slackPort: portOf(env, 'SANDBOX_SLACK_PORT', 4003),
    dir: env.SANDBOX_DIR || '.sandbox',
    config: env.SANDBOX_CONFIG || undefined,
    assumeRoleMfa: mfa,
    log: say,
    onProblem: (problem) => process.stderr.write(`sandbox: problem of its own, answered with 500: ${problem.message}\n`),
  };
}

function portOf(env: NodeJS.ProcessEnv, name: string, otherwise: number): number {
  const text = env[name];
  if (text === undefined || text === '') return otherwise;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new Error(`${name} is "${text}"; it must be a port from 1 to 65535, or 0 for a free one`);
  return port;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

try {
  const options = optionsOf(process.env);
  const stop = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.resolve());
  // Read only now: a wrong variable is told at once.
  const { startSandbox } = await import('./sandbox.ts');
  const sandbox = await startSandbox(options);
  const { urls } = sandbox;
  say(`AWS     ${urls.aws}    aws --endpoint-url ${urls.aws} --region us-east-1 --profile admin s3 ls`);
  say(`Slack   ${urls.slack}    what people see: curl ${urls.page}/sandbox/slack/alice`);
  say(`page    ${urls.page}    says what else is here`);
  say(`files   ${options.dir}    aws-credentials (AWS_SHARED_CREDENTIALS_FILE), mfa.json, slack.json, endpoints.json, logs/`);
  say(`try     curl ${urls.page}/sandbox/slack/riya -d '{"command": "/delete-bucket", "text": "team-scratch"}'`);
  say('ready');
  await stop.promise;
  await sandbox.close();
} catch (error) {
  process.stderr.write(`sandbox: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
