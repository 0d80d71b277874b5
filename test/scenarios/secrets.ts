import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { GetExecutionHistoryCommand, ListStateMachinesCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { type Canary, leaks } from '../helpers/canaries.ts';
import { placesOf, secretsOf } from '../helpers/places.ts';
import type { Sandbox } from '../helpers/sandbox.ts';
import { sandbox } from '../helpers/shared-story.ts';
import { ask, openModal, waiting } from '../helpers/story.ts';

const TOKEN = 'AQCs+/t/Jy5FvS+eVw0GdYx0gYQ==Zk3n/4mPq+Wb7RcT9uLxEoHa';
const CANARIES = {
  code: { kind: 'code', value: '138502' },
  token: { kind: 'task token', value: TOKEN },
  key: { kind: 'access key id', value: 'AKIAQWERTYUIOPASDFGH' },
};

describe('a secret is found', () => {
  const base64 = (value: string, before: number) => Buffer.from(`${'x'.repeat(before)}${value}"}`).toString('base64');

  it.each([
    ['plain', `{"token":"${TOKEN}"}`],
    ['URL-encoded', `token=${encodeURIComponent(TOKEN)}`],
    ['as a form decodes it', TOKEN.replaceAll('+', ' ')],
    ['JSON-escaped', TOKEN.replaceAll('/', '\\/')],
    ['in base64', base64(TOKEN, 0)],
    ['in base64, one byte on', base64(TOKEN, 1)],
    ['in base64, two bytes on', base64(TOKEN, 2)],
    ['in hexadecimal', Buffer.from(TOKEN).toString('hex')],
    ['by its beginning', `token ${TOKEN.slice(0, 24)}…`],
  ])('%s', (_, text) => {
    expect(leaks([{ where: 'a log', text: `it says ${text} and so on` }], [CANARIES.key, CANARIES.token])).toEqual([
      expect.stringContaining('a log holds a task token'),
    ]);
  });

  it.each([
    ['plain', '{"code":"138502"}'],
    ['as a number', '{"code":138502}'],
    ['with what was typed after it', 'value 138502\\\\ at'],
    ['in two groups', 'the code 138 502.'],
    ['in two groups, URL-encoded', 'code=138%20502&x=1'],
    ['in two groups, as a form', 'code=138+502&x=1'],
    ['with a dash', '138-502'],
    ['with a no-break space', '138\u00a0502'],
    ['with a no-break space, JSON-escaped', '"138\\u00a0502"'],
    ['in full-width digits', '１３８５０２'],
    ['after letters', 'code138502'],
    ['in base64', base64('138502', 4)],
    ['in base64 after a word', `code/${base64('138502', 4)}`],
    ['in base64 after another word', `it/${base64('138502', 1)}`],
    ['in hexadecimal', Buffer.from('138502').toString('hex')],
  ])('that is a code, %s', (_, text) => {
    expect(leaks([{ where: 'a log', text }], [CANARIES.code])).toEqual([expect.stringContaining('a log holds a code')]);
  });

  it.each([
    ['a digest', `${'a'.repeat(20)}138502${'b'.repeat(38)}`],
    ['the key’s id', 'arn:aws:kms:us-east-1:111122223333:key/f0138502-0bf5-4c1e-9d3a-0b138502c1d2'],
    ['what shares most bits with it', 'A38502 q38502'],
    ['an account’s number', 'arn:aws:kms:us-east-1:111138502233:key/f0'],
  ])('nowhere in %s that is sealed, though beside one', (_, chance) => {
    const at = (text: string) => [0, 1, 2].map((before) => ({ where: 'a log', text: JSON.stringify(base64(text, before)) }));
    expect(leaks(at(` ${chance} `), [CANARIES.code])).toEqual([]);
    expect(leaks(at(` ${chance} 138502 `), [CANARIES.code])).toHaveLength(3);
    expect(leaks(at(` 138502 ${chance} `), [CANARIES.code])).toHaveLength(3);
  });

  it('nowhere in numbers and ids that hold the same digits', () => {
    const texts = ['1381385020', '1762138502.138502', `${'a'.repeat(20)}138502`, '0ff138502c1b4c4d9a8b7c6d5e4f', '"ms":138.502'];
    expect(
      leaks(
        texts.map((text) => ({ where: 'a log', text })),
        [CANARIES.code],
      ),
    ).toEqual([]);
  });
});

describe('after codes refused and taken, sessions of both kinds and a function that died', () => {
  it('every kind of secret is known, and so looked for', () => {
    const kinds = Object.entries(Object.groupBy(secretsOf(sandbox), ({ kind }) => kind)).map(([kind, all]) => [kind, all?.length]);
    expect(Object.fromEntries(kinds)).toEqual({
      code: expect.any(Number),
      'seed of a device': Object.keys(sandbox.mfa).length,
      'access key id': Object.keys(sandbox.profiles).length,
      'secret access key': Object.keys(sandbox.profiles).length,
      'signing secret': 1,
      'bot token': 1,
      'access key id of a session': expect.any(Number),
      'secret key of a session': expect.any(Number),
      'session token': expect.any(Number),
      'task token': expect.any(Number),
    });
    expect(secretsOf(sandbox).filter(({ kind }) => kind === 'code').length).toBeGreaterThanOrEqual(6);
    // Asked, and asked again: the wrong code; one that was no code came to nothing.
    expect(secretsOf(sandbox).filter(({ kind }) => kind === 'task token').length).toBeGreaterThanOrEqual(4);
  });

  it('none of them stands anywhere', async () => {
    expect(leaks(await placesOf(sandbox), secretsOf(sandbox))).toEqual([]);
  });

  it('each that is put into a place is found there', async () => {
    const planted: Canary = { kind: 'task token', value: TOKEN };
    const { stateMachines } = await sandbox.sfn().send(new ListStateMachinesCommand({}));
    const stateMachineArn = stateMachines?.[0]?.stateMachineArn;
    const input = JSON.stringify({ planted: TOKEN });
    await sandbox.sfn().send(new StartExecutionCommand({ stateMachineArn, name: 'req-planted', input }));
    const Item = { requestId: 'req-planted', entry: TOKEN };
    await sandbox.db().send(new PutCommand({ TableName: 'interlock-sandbox-audit', Item }));
    await sandbox.ended('req-planted');
    const bucket = 'team-secret-planted';
    await sandbox.s3().send(new CreateBucketCommand({ Bucket: bucket }));
    const requestId = await ask(sandbox, bucket, { reason: `so: ${TOKEN}` });
    await openModal(sandbox, 'alice', { click: 'Approve with MFA code', ts: (await waiting(sandbox, requestId)).ts });
    await sandbox.act('alice', { home: true });
    appendFileSync(path.join(sandbox.dir, 'logs', 'elevate.log'), `${TOKEN}\n`);
    const calls = [...(await sandbox.calls()), { decidedBy: TOKEN }];
    const answer = { status: 200, body: { errors: { code: TOKEN } }, ms: 1 };
    const told = { output: () => `ready\n${TOKEN}\n`, calls: async () => calls, answers: [...sandbox.answers, answer] } as Partial<Sandbox>;

    const found = leaks(await placesOf({ ...sandbox, ...told }), [planted]);
    const where = [
      'the table interlock-sandbox-audit',
      'the table interlock-sandbox-requests',
      'the execution req-planted',
      'the flow of req-planted',
      'the history of req-planted (ExecutionStarted)',
      `the history of ${requestId} (TaskScheduled)`,
      `the history of ${requestId} (TaskStateEntered)`,
      'a message that mallory sees',
      'the modal of alice',
      'the log elevate.log',
      'the output',
      'the call log',
      'an answer to Slack',
      'what was sent with dynamodb:PutItem',
      'what was sent with chat.postMessage',
      'what was sent with views.open',
    ];
    for (const one of where) expect(found).toContainEqual(expect.stringContaining(`${one} holds a task token`));
  });

  it('a task token stands in the history alone, where AWS itself writes it', async () => {
    const [execution] = (await placesOf(sandbox)).flatMap(({ where }) => /^the execution (req-\w+)$/.exec(where)?.[1] ?? []);
    const executionArn = `arn:aws:states:us-east-1:111122223333:execution:interlock-sandbox-deletion:${execution}`;
    const { events = [] } = await sandbox.sfn().send(new GetExecutionHistoryCommand({ executionArn }));
    const tokens = secretsOf(sandbox).filter(({ kind }) => kind === 'task token');
    const types = events.filter((event) => leaks([{ where: '', text: JSON.stringify(event) }], tokens).length > 0).map(({ type }) => type);
    expect(new Set(types)).toEqual(new Set(['TaskScheduled']));
  });
});

describe('every scenario', () => {
  const texts = (folder: string) => readdirSync(folder).map((file) => [file, readFileSync(path.join(folder, file), 'utf8')] as const);
  const scenarios = texts(import.meta.dirname);

  it('with a sandbox ends with the search', () => {
    const shared = texts(path.join(import.meta.dirname, '../helpers')).filter(([file]) => /^shared(-records|-story)?\.ts$/.test(file));
    const started = [...scenarios, ...shared].filter(([, text]) => /await startSandbox\(/.test(text));
    const searched = started.filter(([, text]) => !/sandbox\??\.stop\(\)/.test(text) && text.includes('stopSearched(sandbox)'));
    expect(searched.map(([file]) => file)).toEqual(started.map(([file]) => file));
    expect(started.length).toBeGreaterThanOrEqual(5);
  });
});
