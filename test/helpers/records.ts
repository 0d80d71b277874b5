/** What the sandbox's tables and executions hold, read and written with an administrator's keys: past every function. */
import { CreateBucketCommand, HeadBucketCommand } from '@aws-sdk/client-s3';
import { GetExecutionHistoryCommand, ListExecutionsCommand, ListStateMachinesCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { DeleteCommand, GetCommand, PutCommand, QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { Lock } from '../../src/aws/locks.ts';
import type { RequestRow } from '../../src/aws/requests.ts';
import type { AuditEntry } from '../../src/domain/audit.ts';
import type { Answer, Request } from '../../src/domain/request.ts';
import { type Sandbox, until } from './sandbox.ts';
import { cancelAll } from './story.ts';

const REQUESTS = 'interlock-sandbox-requests';
const LOCKS = 'interlock-sandbox-locks';

export function recordsOf(sandbox: Sandbox) {
  // Clients of its own for each call: one that has once met the sandbox's clock doesn't follow it any further.
  const { db, sfn, s3 } = sandbox;
  const altered = new Set<string>();

  async function rowOf(requestId: string): Promise<RequestRow> {
    const { Item } = await db().send(new GetCommand({ TableName: REQUESTS, Key: { requestId }, ConsistentRead: true }));
    return Item as RequestRow;
  }
  const put = (Item: object) => db().send(new PutCommand({ TableName: REQUESTS, Item }));
  const locks = async () => ((await db().send(new ScanCommand({ TableName: LOCKS }))).Items ?? []) as Lock[];
  const machineArn = async () => (await sfn().send(new ListStateMachinesCommand({}))).stateMachines?.[0]?.stateMachineArn;
  const executions = async () => (await sfn().send(new ListExecutionsCommand({ stateMachineArn: await machineArn() }))).executions ?? [];
  const arnOf = async (name: string) => (await executions()).find((one) => one.name === name)?.executionArn;

  return {
    rowOf,
    put,
    locks,
    machineArn,
    executions,
    arnOf,

    async bucket(name: string): Promise<string> {
      await s3().send(new CreateBucketCommand({ Bucket: name }));
      return name;
    },
    exists: (bucket: string) =>
      s3()
        .send(new HeadBucketCommand({ Bucket: bucket }))
        .then(
          () => true,
          (error: Error) => {
            if (error.name !== 'NotFound') throw error;
            return false;
          },
        ),

    /** Writes a row as who may write rows could, and gives what was there. */
    async alter(requestId: string, change: (row: RequestRow) => object): Promise<RequestRow> {
      const row = await rowOf(requestId);
      altered.add(requestId);
      await put(change(row));
      return row;
    },

    /** Takes a row away, as who may write rows could. */
    async remove(requestId: string): Promise<void> {
      altered.add(requestId);
      await db().send(new DeleteCommand({ TableName: REQUESTS, Key: { requestId } }));
    },

    async chainOf(requestId: string): Promise<AuditEntry[]> {
      const { Items } = await db().send(
        new QueryCommand({
          TableName: 'interlock-sandbox-audit',
          KeyConditionExpression: 'requestId = :id',
          ExpressionAttributeValues: { ':id': requestId },
        }),
      );
      return Items as AuditEntry[];
    },

    /** The input that an execution was started with. */
    async frozen(name: string): Promise<{ request: Request; sealedRequest: string }> {
      const { events } = await sfn().send(new GetExecutionHistoryCommand({ executionArn: await arnOf(name) }));
      return JSON.parse(events?.[0]?.executionStartedEventDetails?.input ?? '{}');
    },

    /** What stands in an execution's history: the task tokens of its askings, how many were shown to the end, and the answers to them, oldest first. */
    async askings(name: string): Promise<{ tokens: string[]; done: number; answers: Answer[] }> {
      const { events = [] } = await sfn().send(new GetExecutionHistoryCommand({ executionArn: await arnOf(name) }));
      const scheduled = events.map(({ taskScheduledEventDetails }) => JSON.parse(taskScheduledEventDetails?.parameters ?? '{}'));
      const exited = events.filter(({ stateExitedEventDetails }) => stateExitedEventDetails?.name === 'AskApprover');
      return {
        tokens: scheduled.flatMap(({ Payload }) => (Payload?.taskToken ? [Payload.taskToken as string] : [])),
        done: events.filter(({ type }) => type === 'TaskSubmitted').length,
        answers: exited.map(({ stateExitedEventDetails }) => JSON.parse(stateExitedEventDetails?.output ?? '{}').answer as Answer),
      };
    },

    /** Waits until an execution is in this state. */
    inState: (name: string, state: string) =>
      until(async () => (await sandbox.flow(name)).states.some((one) => one.name === state && !one.exitedAt), `${name} in ${state}`),

    /** How many codes were sent to AWS so far. */
    codesSent: async () =>
      (await sandbox.calls()).filter(({ action, principal }) => action.startsWith('sts:') && principal.includes(':user/interlock-')).length,

    /**
     * Ends what a test left open. Whose row was altered may be nobody's to cancel, and is stopped; locks of what never started, or was
     * closed under another name, have nobody to free them.
     */
    async tidy(): Promise<void> {
      await sandbox.fault({ clear: true });
      for (const { bucket, requestId } of await locks()) {
        const row = await rowOf(requestId);
        const executionArn = altered.has(requestId) ? await arnOf(requestId) : undefined;
        if (executionArn) await sfn().send(new StopExecutionCommand({ executionArn }));
        if (!row || row.outcome || row.state === 'started' || altered.has(requestId)) {
          await db().send(new DeleteCommand({ TableName: LOCKS, Key: { bucket } }));
        }
      }
      await cancelAll(sandbox);
    },
  };
}
