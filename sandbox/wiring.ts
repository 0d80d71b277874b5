/** What AWS does between its services: the state machine's role asked before each call, executions' ends told to EventBridge, errors named. */
import type { Aws } from './aws/aws.ts';
import { AwsError, type Caller, type Question } from './aws/service.ts';
import { keyQuestion as kmsQuestion } from './aws/services/kms.ts';
import { type Execution, Flow, FlowError, type KeyQuestion, type Machine } from './aws/services/step-functions/index.ts';
import type { Clock } from './clock.ts';
import { Events } from './events.ts';
import { FunctionFailed, type Functions, LambdaError } from './functions.ts';
import type { Permissions } from './permissions.ts';

export interface WiringOptions {
  clock: Clock;
  aws: Pick<Aws, 'account' | 'region' | 'check' | 'roleSession' | 'kms'>;
  functions: Functions;
  permissions: Permissions;
}

const SESSION_MARGIN_MS = 5 * 60_000;

/** Step Functions, working as each machine's role; what its calls are denied shows in the call log as everybody's. */
export function createFlow({ clock, aws, functions }: WiringOptions): Flow {
  const { account, region } = aws;
  const question = keyQuestion(aws);
  const sessions = new Map<string, Extract<Caller, { kind: 'session' }>>();
  /** The session that an execution works with, taken anew before it ends. */
  const callerOf = async (roleArn: string, executionName: string): Promise<Caller> => {
    const key = `${roleArn} ${executionName}`;
    const known = sessions.get(key);
    if (known && known.expiresAt - clock.now() > SESSION_MARGIN_MS) return known;
    const { caller } = await aws.roleSession(roleArn, executionName, { service: 'states.amazonaws.com' });
    sessions.set(key, caller);
    return caller;
  };
  return new Flow({
    clock,
    account,
    region,
    mayStart: async (machine, executionName) => {
      const caller = await callerOf(machine.roleArn, executionName);
      try {
        for (const action of ['GenerateDataKey', 'Decrypt'] as const) {
          for (const each of question(machine, action)) await aws.check(caller, each);
        }
      } catch (error) {
        throw error instanceof AwsError ? new AwsError('KmsAccessDeniedException', error.message) : error;
      }
    },
    invoke: async (functionName, payload, execution) => {
      const arn = functionName.startsWith('arn:') ? functionName : `arn:aws:lambda:${region}:${account}:function:${functionName}`;
      try {
        const caller = await callerOf(execution.machine.roleArn, execution.name);
        await aws.check(caller, { action: 'lambda:InvokeFunction', resource: arn, resourceAccount: account });
        return await functions.invoke(arn, payload);
      } catch (error) {
        throw named(error);
      }
    },
  });
}

/** A failed invocation as Step Functions names it (developer guide, "Handling errors"): a handler's error by its type, Lambda's own with `Lambda.` before. */
function named(error: unknown): unknown {
  // The cause of a failed function is its payload as JSON text.
  if (error instanceof FunctionFailed) return new FlowError(error.payload.errorType, JSON.stringify(error.payload));
  if (error instanceof LambdaError) return new FlowError(`Lambda.${error.code}`, error.message);
  if (error instanceof AwsError) return new FlowError('Lambda.AWSLambdaException', error.message);
  return error;
}

/** What the machine's key is asked: with the machine as context, through Step Functions (developer guide, "Data at rest encryption in Step Functions"). */
export function keyQuestion(aws: WiringOptions['aws']): KeyQuestion {
  return (machine: Machine, action): Question[] => {
    if (machine.keyArn === undefined) return [];
    const through = { 'kms:ViaService': `states.${aws.region}.amazonaws.com` };
    return [kmsQuestion(aws.kms.find(machine.keyArn, aws.region), action, { 'aws:states:stateMachineArn': machine.arn }, through)];
  };
}

/** EventBridge, told of each execution that starts or ends. */
export function createEvents({ clock, aws, functions, permissions }: WiringOptions, flow: Flow): Events {
  const { account, region } = aws;
  const events = new Events({
    clock,
    account,
    region,
    call: (functionArn, event, ruleArn) => {
      if (permissions.allow(functionArn, 'events.amazonaws.com', ruleArn)) functions.invokeAsync(functionArn, event);
    },
  });
  flow.on((execution) => {
    events.put(
      'aws.states',
      'Step Functions Execution Status Change',
      [execution.arn],
      statusChange(execution, flow.machine(execution.machine.arn)),
    );
  });
  return events;
}

/**
 * The detail of a status change (developer guide, "Automating Step Functions event delivery with EventBridge").
 * Input, output, error and cause are left out where the machine has a key of its own ("Data at rest encryption in Step Functions", the last of its questions, read November 2026).
 */
function statusChange(execution: Execution, machine: Machine) {
  const { arn, name, status, startDate, stopDate, input, output = null, error = null, cause = null } = execution;
  const included = machine.keyArn === undefined;
  return {
    executionArn: arn,
    stateMachineArn: machine.arn,
    name,
    status,
    startDate: startDate.getTime(),
    stopDate: stopDate?.getTime() ?? null,
    input: included ? input : null,
    output: included ? output : null,
    inputDetails: { included },
    outputDetails: output === null ? null : { included },
    error: included ? error : null,
    cause: included ? cause : null,
  };
}
