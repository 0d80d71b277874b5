import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  type SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { type Sandbox, startSandbox, until } from '../../helpers/sandbox.ts';

describe('Step Functions on the wire', () => {
  const machineArn = 'arn:aws:states:us-east-1:111122223333:stateMachine:interlock-sandbox-deletion';
  let sandbox: Sandbox;
  let sfn: SFNClient;
  beforeAll(async () => {
    sandbox = await startSandbox();
    sfn = sandbox.sfn();
  });
  afterAll(() => sandbox?.stop());

  it('lists and describes the machine', async () => {
    expect((await sfn.send(new ListStateMachinesCommand({}))).stateMachines).toEqual([
      { stateMachineArn: machineArn, name: 'interlock-sandbox-deletion', type: 'STANDARD', creationDate: expect.any(Date) },
    ]);
    const described = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn: machineArn }));
    expect(JSON.parse(described.definition ?? '')).toMatchObject({
      States: { Inspect: { Parameters: { FunctionName: 'interlock-sandbox-inspect' } } },
    });
    expect(described).toMatchObject({ status: 'ACTIVE', encryptionConfiguration: { type: 'CUSTOMER_MANAGED_KMS_KEY' } });
  });

  it('starts, describes, lists, stops and tells the history of an execution', async () => {
    const input = JSON.stringify({ request: {}, sealedRequest: 'nobody sealed this' });
    const { executionArn = '' } = await sfn.send(new StartExecutionCommand({ stateMachineArn: machineArn, name: 'req-wire', input }));
    expect(executionArn).toBe(`${machineArn.replace('stateMachine', 'execution')}:req-wire`);
    expect(await sfn.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
      name: 'req-wire',
      input,
      stateMachineArn: machineArn,
    });
    const { stopDate } = await sfn.send(new StopExecutionCommand({ executionArn, error: 'Stopped', cause: 'a test' }));
    expect(stopDate).toBeInstanceOf(Date);
    const described = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    expect(described).toMatchObject({ status: 'ABORTED', error: 'Stopped', cause: 'a test' });
    expect((await sfn.send(new ListExecutionsCommand({ stateMachineArn: machineArn, statusFilter: 'ABORTED' }))).executions).toMatchObject([
      { name: 'req-wire' },
    ]);
    expect((await sfn.send(new ListExecutionsCommand({ stateMachineArn: machineArn, statusFilter: 'SUCCEEDED' }))).executions).toEqual([]);

    const first = await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 2 }));
    expect(first.events?.map(({ id, type }) => [id, type])).toEqual([
      [1, 'ExecutionStarted'],
      [2, 'PassStateEntered'],
    ]);
    const next = await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1, nextToken: first.nextToken }));
    expect(next.events?.[0]?.id).toBe(3);
    const last = await sfn.send(new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, includeExecutionData: false }));
    expect(last.events?.[0]).toMatchObject({ type: 'ExecutionAborted', executionAbortedEventDetails: { error: 'Stopped' } });
    expect(JSON.stringify(last.events)).not.toContain('nobody sealed this');

    const view = await sandbox.flow('req-wire');
    expect(view).toMatchObject({
      name: 'req-wire',
      executionArn,
      status: 'ABORTED',
      states: [{ name: 'Begin', type: 'Pass', enteredAt: expect.any(String) }, {}],
    });
    expect(await sandbox.flow(executionArn)).toEqual(view);
    // The rule for executions that ended badly.
    const isReport = ({ principal }: { principal: string }) => principal.includes('/interlock-sandbox-report');
    await until(async () => (await sandbox.calls()).some(isReport), 'the report');
  }, 20_000);

  it('knows no token that it did not give', async () => {
    const taskToken = 'made up';
    for (const command of [
      new SendTaskSuccessCommand({ taskToken, output: '{}' }),
      new SendTaskFailureCommand({ taskToken }),
      new SendTaskHeartbeatCommand({ taskToken }),
    ]) {
      await expect(sfn.send(command as SendTaskSuccessCommand)).rejects.toMatchObject({ name: 'InvalidToken' });
    }
  });

  it('names what is not there', async () => {
    await expect(sfn.send(new DescribeExecutionCommand({ executionArn: `${machineArn}:x` }))).rejects.toMatchObject({
      name: 'ExecutionDoesNotExist',
    });
    await expect(sfn.send(new StartExecutionCommand({ stateMachineArn: `${machineArn}x` }))).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
    });
    await expect(sfn.send(new ListExecutionsCommand({ stateMachineArn: machineArn, nextToken: '!' }))).rejects.toMatchObject({
      name: 'InvalidToken',
    });
  });

  it("asks IAM: an approver's key alone may nothing", async () => {
    await expect(sandbox.sfn(sandbox.keysOf('alice')).send(new ListStateMachinesCommand({}))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });
});
