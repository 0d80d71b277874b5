/**
 * Loaded into the sandbox's process before it starts (`--import`), for tests alone: writes down each secret that AWS makes there, so that
 * it can be looked for, and what the product sends to Slack and to its tables, since an edited message or an overwritten item is gone later.
 */
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { Credentials } from '../../sandbox/aws/credentials.ts';
import { DynamoStore } from '../../sandbox/aws/services/dynamodb-store.ts';
import { Tokens } from '../../sandbox/aws/services/step-functions/tokens.ts';
import { METHODS } from '../../sandbox/slack/endpoint.ts';
import { ResponseUrls } from '../../sandbox/slack/response-urls.ts';

/** The files, in SANDBOX_DIR; a line is a JSON list: kind and secret, or where and what was sent. */
export const ISSUED = 'issued.jsonl';
export const SENT = 'sent.jsonl';

const dir = process.env.SANDBOX_DIR;
if (dir) record(dir);

function record(to: string): void {
  const line = (file: string, ...entry: string[]) => appendFileSync(path.join(to, file), `${JSON.stringify(entry)}\n`, { mode: 0o600 });

  const { issue: issueKeys } = Credentials.prototype;
  Credentials.prototype.issue = function (...args) {
    const keys = issueKeys.apply(this, args);
    line(ISSUED, 'access key id of a session', keys.accessKeyId);
    line(ISSUED, 'secret key of a session', keys.secretAccessKey);
    line(ISSUED, 'session token', keys.sessionToken);
    return keys;
  };
  const { issue: issueToken } = Tokens.prototype;
  Tokens.prototype.issue = function (...args) {
    const token = issueToken.apply(this, args);
    line(ISSUED, 'task token', token);
    return token;
  };

  const { run: runOnTable } = DynamoStore.prototype;
  DynamoStore.prototype.run = function (operation, input) {
    if (/^(Put|Update|BatchWrite)/.test(operation)) line(SENT, `dynamodb:${operation}`, JSON.stringify(input));
    return runOnTable.call(this, operation, input);
  };
  for (const [name, method] of Object.entries(METHODS)) {
    const { run } = method;
    method.run = (args, context) => {
      line(SENT, name, JSON.stringify(args));
      return run(args, context);
    };
  }
  const { answer } = ResponseUrls.prototype;
  ResponseUrls.prototype.answer = function (id, body) {
    line(SENT, 'a response_url', body);
    return answer.call(this, id, body);
  };
}
