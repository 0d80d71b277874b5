/** Everything that a sandbox's users, operators and administrators can read after a run; and the secrets of that run. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeExecutionCommand,
  type HistoryEvent,
  ListStateMachinesCommand,
  paginateGetExecutionHistory,
  paginateListExecutions,
} from '@aws-sdk/client-sfn';
import { paginateScan } from '@aws-sdk/lib-dynamodb';
import { type Canary, leaks, type Place } from './canaries.ts';
import type { Sandbox } from './sandbox.ts';

/** How every scenario ends: throws where any secret of the run stands in any place, with each; stops the sandbox in any case. */
export async function stopSearched(sandbox: Sandbox | undefined): Promise<void> {
  try {
    if (sandbox) await expectNoSecret(sandbox);
  } finally {
    await sandbox?.stop();
  }
}

/** Throws where any secret of the run stands in any place, with each. */
export async function expectNoSecret(sandbox: Sandbox): Promise<void> {
  const found = leaks(await placesOf(sandbox), secretsOf(sandbox));
  if (found.length > 0) throw new Error(`${found.length} secrets leaked:\n${found.slice(0, 40).join('\n')}`);
}

/** Every secret there was: codes that people typed, keys, devices' seeds, sessions, task tokens, and Slack's two. */
export function secretsOf(sandbox: Sandbox): Canary[] {
  const secrets = [
    ...[...sandbox.codes].map((value) => ({ kind: 'code', value })),
    ...Object.values(sandbox.mfa).map(({ seed }) => ({ kind: 'seed of a device', value: seed })),
    ...Object.values(sandbox.profiles).flatMap(({ accessKeyId, secretAccessKey }) => [
      { kind: 'access key id', value: accessKeyId },
      { kind: 'secret access key', value: secretAccessKey },
    ]),
    { kind: 'signing secret', value: sandbox.slack.signingSecret },
    { kind: 'bot token', value: sandbox.slack.botToken },
    ...linesOf(sandbox, 'issued.jsonl').map(([kind = '', value = '']) => ({ kind, value })),
  ];
  return secrets;
}

/** Tables, executions, Slack, logs, output, the call log, answers to Slack; and what was sent to Slack and the tables on the way. */
export async function placesOf(sandbox: Sandbox): Promise<Place[]> {
  const people = Object.keys(sandbox.slack.users).map(async (user) => {
    const { messages, modal, home } = await sandbox.see(user);
    return [
      place(`a message that ${user} sees`, messages),
      place(`the modal of ${user}`, withoutTyped(modal)),
      place(`the home of ${user}`, withoutTyped(home)),
    ];
  });
  const logs = path.join(sandbox.dir, 'logs');
  return [
    ...(await tablesOf(sandbox)),
    ...(await executionsOf(sandbox)),
    ...(await Promise.all(people)).flat(),
    ...readdirSync(logs).map((file) => ({ where: `the log ${file}`, text: readFileSync(path.join(logs, file), 'utf8') })),
    { where: 'the output', text: sandbox.output() },
    place('the call log', await sandbox.calls()),
    ...sandbox.answers.map((answer) => place('an answer to Slack', answer)),
    ...linesOf(sandbox, 'sent.jsonl').map(([where = '', text = '']) => ({ where: `what was sent with ${where}`, text })),
  ];
}

const place = (where: string, value: unknown): Place => ({ where, text: JSON.stringify(value ?? null) });

/** Without what its person has typed into it: Slack shows that to them, and to the app when they submit it. */
function withoutTyped(view: { state?: unknown } | null): object | null {
  if (!view) return null;
  const { state, ...others } = view;
  return others;
}

async function tablesOf(sandbox: Sandbox): Promise<Place[]> {
  const client = sandbox.db();
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  const places: Place[] = [];
  for (const TableName of TableNames) {
    for await (const { Items = [] } of paginateScan({ client }, { TableName })) {
      places.push(...Items.map((item) => place(`the table ${TableName}`, item)));
    }
  }
  return places;
}

async function executionsOf(sandbox: Sandbox): Promise<Place[]> {
  const client = sandbox.sfn();
  const { stateMachines = [] } = await client.send(new ListStateMachinesCommand({}));
  const places: Place[] = [];
  for (const { stateMachineArn } of stateMachines) {
    for await (const { executions = [] } of paginateListExecutions({ client }, { stateMachineArn })) {
      for (const { executionArn, name = '' } of executions) {
        const { input, output, error, cause } = await client.send(new DescribeExecutionCommand({ executionArn }));
        places.push(
          place(`the execution ${name}`, { input, output, error, cause }),
          place(`the flow of ${name}`, await sandbox.flow(name)),
        );
        for await (const { events = [] } of paginateGetExecutionHistory({ client }, { executionArn })) {
          places.push(...events.map((event) => place(`the history of ${name} (${event.type})`, withoutToken(event))));
        }
      }
    }
  }
  return places;
}

/** Without the one task token that AWS itself writes there: see docs/security.md. */
function withoutToken(event: HistoryEvent): HistoryEvent {
  const details = event.taskScheduledEventDetails;
  if (!details?.parameters) return event;
  const parameters = JSON.parse(details.parameters);
  if (parameters.Payload) delete parameters.Payload.taskToken;
  return { ...event, taskScheduledEventDetails: { ...details, parameters: JSON.stringify(parameters) } };
}

function linesOf({ dir }: Sandbox, file: string): string[][] {
  const at = path.join(dir, file);
  if (!existsSync(at)) return [];
  return readFileSync(at, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
