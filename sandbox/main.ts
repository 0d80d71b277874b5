/**
 * `npm start`: the sandbox, until Ctrl-C. With `--check`, only what SANDBOX_* say is checked: that comes before packaging, which takes
 * its time.
 */
import { enableCompileCache } from 'node:module';
import path from 'node:path';
import { optionsOf } from './options.ts';

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function serve(): Promise<void> {
  const options = optionsOf(process.env);
  if (process.argv[2] === '--check') return;
  const stop = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.resolve());
  // What Node compiled is kept for the next start; not in the machine's temporary folder, where others could have put something else.
  enableCompileCache(path.resolve(import.meta.dirname, '../node_modules/.cache/node'));
  // Read only now: a wrong variable is told at once.
  const { runSandbox } = await import('./again.ts');
  const sandbox = await runSandbox({
    ...options,
    log: say,
    onProblem: (problem) => process.stderr.write(`sandbox: problem of its own, answered with 500: ${problem.message}\n`),
  });
  const { urls } = sandbox;
  say(`AWS     ${urls.aws}    aws --endpoint-url ${urls.aws} --region us-east-1 --profile admin s3 ls`);
  say(`Slack   ${urls.slack}    what people see: curl ${urls.page}/sandbox/slack/alice`);
  say(`page    ${urls.page}    ask, approve and watch; curl is told what else is here`);
  say(`files   ${options.dir}    aws-credentials (AWS_SHARED_CREDENTIALS_FILE), mfa.json, slack.json, endpoints.json, logs/`);
  say(`try     curl ${urls.page}/sandbox/slack/riya -d '{"command": "/delete-bucket", "text": "team-scratch"}'`);
  say('ready');
  await Promise.race([stop.promise, sandbox.failed]);
  await sandbox.close();
}

try {
  await serve();
} catch (error) {
  process.stderr.write(`sandbox: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
