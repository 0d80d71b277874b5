/** Step Functions on the wire: the calls that the product makes and those that an operator's client looks with. */
import {
  DescribeExecution$,
  type DescribeExecutionInput,
  type DescribeExecutionOutput,
  DescribeStateMachine$,
  type DescribeStateMachineInput,
  GetExecutionHistory$,
  type GetExecutionHistoryInput,
  type GetExecutionHistoryOutput,
  type IncludedData,
  ListExecutions$,
  type ListExecutionsInput,
  ListStateMachines$,
  type ListStateMachinesInput,
  SendTaskFailure$,
  type SendTaskFailureInput,
  SendTaskHeartbeat$,
  type SendTaskHeartbeatInput,
  SendTaskSuccess$,
  type SendTaskSuccessInput,
  StartExecution$,
  type StartExecutionInput,
  StopExecution$,
  type StopExecutionInput,
} from '@aws-sdk/client-sfn';
import { AwsError, type Operation, type Question, type Service } from '../../service.ts';
import { DATA_LIMIT } from './errors.ts';
import type { Execution } from './execution.ts';
import { type Flow, invalid, isJson, type Machine } from './flow.ts';
import { WHOLE } from './history.ts';
import { page } from './page.ts';

/** What is asked of the key before somebody reads what it encrypts. */
export type KeyQuestion = (machine: Machine, action: 'Decrypt' | 'GenerateDataKey') => Question[];

/** The service over a flow. `keyQuestion` gives what KMS is asked where the machine has a key of its own. */
export function stepFunctionsService(flow: Flow, keyQuestion: KeyQuestion): Service {
  const machineOf = (execution: Execution) => flow.machine(execution.machine.arn);
  // METADATA_ONLY leaves out what the key encrypts, and needs no right on it (API reference, "DescribeExecution").
  const readsExecution = (action: string, arn: string | undefined, data?: IncludedData): Question[] => {
    const execution = flow.execution(arn);
    return [ask(action, execution.arn), ...(data === 'METADATA_ONLY' ? [] : keyQuestion(machineOf(execution), 'Decrypt'))];
  };
  const operations = {
    StartExecution: operation<StartExecutionInput>(StartExecution$, {
      questions: ({ stateMachineArn }) => [ask('states:StartExecution', flow.machine(stateMachineArn).arn)],
      run: async ({ stateMachineArn = '', name, input }) => {
        const execution = await flow.start(stateMachineArn, { name, input });
        return { executionArn: execution.arn, startDate: execution.startDate };
      },
    }),
    StopExecution: operation<StopExecutionInput>(StopExecution$, {
      questions: ({ executionArn }) => [ask('states:StopExecution', flow.execution(executionArn).arn)],
      run: ({ executionArn, error, cause }) => {
        const execution = flow.execution(executionArn);
        execution.abort(error, cause);
        return { stopDate: execution.stopDate };
      },
    }),
    SendTaskSuccess: operation<SendTaskSuccessInput>(SendTaskSuccess$, {
      questions: (_, { account }) => [{ action: 'states:SendTaskSuccess', resource: '*', resourceAccount: account }],
      run: ({ taskToken, output = '' }) => {
        const wait = flow.tokens.find(taskToken);
        if (Buffer.byteLength(output) > DATA_LIMIT)
          throw invalid('output', '…', `Member must have length less than or equal to ${DATA_LIMIT}`);
        if (!isJson(output)) throw new AwsError('InvalidOutput', "Invalid Output: 'The output is not valid JSON'");
        wait.succeed(output);
        return {};
      },
    }),
    SendTaskFailure: operation<SendTaskFailureInput>(SendTaskFailure$, {
      questions: (_, { account }) => [{ action: 'states:SendTaskFailure', resource: '*', resourceAccount: account }],
      run: ({ taskToken, error, cause }) => {
        flow.tokens.find(taskToken).fail(error, cause);
        return {};
      },
    }),
    SendTaskHeartbeat: operation<SendTaskHeartbeatInput>(SendTaskHeartbeat$, {
      questions: (_, { account }) => [{ action: 'states:SendTaskHeartbeat', resource: '*', resourceAccount: account }],
      run: ({ taskToken }) => {
        flow.tokens.find(taskToken).heartbeat();
        return {};
      },
    }),
    DescribeExecution: operation<DescribeExecutionInput>(DescribeExecution$, {
      questions: ({ executionArn, includedData }) => readsExecution('states:DescribeExecution', executionArn, includedData),
      run: ({ executionArn, includedData }) => describe(flow.execution(executionArn), includedData),
    }),
    ListExecutions: operation<ListExecutionsInput>(ListExecutions$, {
      questions: ({ stateMachineArn }) => [ask('states:ListExecutions', flow.machine(stateMachineArn).arn)],
      run: ({ stateMachineArn = '', statusFilter, maxResults, nextToken }) => {
        const all = flow.executions(stateMachineArn).filter((each) => !statusFilter || each.status === statusFilter);
        const { items, next } = page(all, maxResults, nextToken);
        return { executions: items.map(listed), nextToken: next };
      },
    }),
    GetExecutionHistory: operation<GetExecutionHistoryInput>(GetExecutionHistory$, {
      questions: ({ executionArn }) => readsExecution('states:GetExecutionHistory', executionArn),
      run: ({ executionArn, reverseOrder, maxResults, nextToken, includeExecutionData }): GetExecutionHistoryOutput => {
        const { events } = flow.execution(executionArn).history;
        const { items, next } = page(reverseOrder ? [...events].reverse() : events, maxResults, nextToken);
        return { events: includeExecutionData === false ? items.map(withoutData) : items, nextToken: next };
      },
    }),
    ListStateMachines: operation<ListStateMachinesInput>(ListStateMachines$, {
      questions: (_, { account }) => [{ action: 'states:ListStateMachines', resource: '*', resourceAccount: account }],
      run: ({ maxResults, nextToken }) => {
        const { items, next } = page(flow.machines(), maxResults, nextToken);
        const stateMachines = items.map(({ arn, name, createdAt }) => ({
          stateMachineArn: arn,
          name,
          type: 'STANDARD',
          creationDate: createdAt,
        }));
        return { stateMachines, nextToken: next };
      },
    }),
    DescribeStateMachine: operation<DescribeStateMachineInput>(DescribeStateMachine$, {
      questions: ({ stateMachineArn, includedData }) => {
        const machine = flow.machine(stateMachineArn);
        const reads = includedData === 'METADATA_ONLY' ? [] : keyQuestion(machine, 'Decrypt');
        return [ask('states:DescribeStateMachine', machine.arn), ...reads];
      },
      run: ({ stateMachineArn, includedData }) => {
        const { arn, name, roleArn, definition, createdAt, keyArn } = flow.machine(stateMachineArn);
        const encryptionConfiguration = keyArn ? { type: 'CUSTOMER_MANAGED_KMS_KEY', kmsKeyId: keyArn } : { type: 'AWS_OWNED_KEY' };
        return {
          stateMachineArn: arn,
          name,
          status: 'ACTIVE',
          // Required in the answer, and empty without the key (API reference, "DescribeStateMachine").
          definition: includedData === 'METADATA_ONLY' ? '' : definition,
          roleArn,
          type: 'STANDARD',
          creationDate: createdAt,
          encryptionConfiguration,
        };
      },
    }),
  };
  return { name: 'states', protocol: 'awsJson1_0', target: 'AWSStepFunctions', operations };
}

function operation<Input>(schema: unknown, { questions, run }: Pick<Operation<Input>, 'questions' | 'run'>): Operation<Input> {
  return { schema, questions, run };
}

function ask(action: string, resource: string): Question {
  const account = resource.split(':')[4];
  return { action, resource, resourceAccount: account ?? '' };
}

function listed({ arn, name, status, machine, startDate, stopDate }: Execution) {
  return { executionArn: arn, stateMachineArn: machine.arn, name, status, startDate, stopDate };
}

function describe(execution: Execution, data?: IncludedData): DescribeExecutionOutput {
  if (data === 'METADATA_ONLY') return listed(execution);
  const { input, output, error, cause } = execution;
  const outputDetails = output ? { included: true } : undefined;
  return { ...listed(execution), input, inputDetails: { included: true }, output, outputDetails, error, cause };
}

/** `includeExecutionData: false`: the events without what went in and came out. */
function withoutData(event: NonNullable<GetExecutionHistoryOutput['events']>[number]) {
  const data = new Set(['input', 'output', 'parameters', 'inputDetails', 'outputDetails', ...Object.keys(WHOLE)]);
  const entries = Object.entries(event).map(([name, value]) => {
    if (!name.endsWith('EventDetails') || !value) return [name, value];
    return [name, Object.fromEntries(Object.entries(value).filter(([member]) => !data.has(member)))];
  });
  return Object.fromEntries(entries);
}
