/** The state machines, their executions and the tokens that executions wait for. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../clock.ts';
import { Signal } from '../../../signal.ts';
import { AwsError } from '../../service.ts';
import { DATA_LIMIT } from './errors.ts';
import { Execution } from './execution.ts';
import { type Asl, type Prepared, prepare } from './prepare.ts';
import { type InvokeLambda, runTask } from './task.ts';
import { Tokens } from './tokens.ts';

export interface Machine {
  arn: string;
  name: string;
  roleArn: string;
  /** JSON text, as it was deployed. */
  definition: string;
  /** ARN of the customer managed key that encrypts inputs, outputs and the history. */
  keyArn?: string;
  createdAt: Date;
  prepared: Prepared;
}

export interface FlowOptions {
  clock: Clock;
  account: string;
  region: string;
  invoke: InvokeLambda;
  /** Asked before an execution starts: may the machine's role encrypt with the machine's key? Throws AwsError. */
  mayStart?: (machine: Machine, executionName: string) => Promise<void>;
}

export class Flow {
  readonly tokens = new Tokens();
  /** Rings when any execution went on. */
  readonly changed = new Signal();
  readonly #options: FlowOptions;
  readonly #machines = new Map<string, Machine>();
  readonly #executions = new Map<string, Execution>();
  readonly #listeners = new Set<(execution: Execution) => void>();

  constructor(options: FlowOptions) {
    this.#options = options;
  }

  /** Calls the listener for each execution when it starts and when it ends. */
  on(listener: (execution: Execution) => void): void {
    this.#listeners.add(listener);
  }

  /** Throws an Error that names the fault in the definition. */
  createMachine({ name, roleArn, definition, keyArn }: { name: string; roleArn: string; definition: Asl; keyArn?: string }): Machine {
    const { clock, account, region } = this.#options;
    const arn = `arn:aws:states:${region}:${account}:stateMachine:${name}`;
    const prepared = prepare(definition);
    const machine = { arn, name, roleArn, keyArn, definition: JSON.stringify(definition), createdAt: clock.date(), prepared };
    this.#machines.set(arn, machine);
    return machine;
  }

  machines(): Machine[] {
    return [...this.#machines.values()];
  }

  /** Throws InvalidArn and StateMachineDoesNotExist. */
  machine(arn: string | undefined): Machine {
    if (!/^arn:aws:states:[a-z0-9-]+:\d{12}:stateMachine:[^:]+$/.test(arn ?? '')) throw new AwsError('InvalidArn', `Invalid Arn: '${arn}'`);
    const machine = this.#machines.get(arn ?? '');
    if (!machine) throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    return machine;
  }

  /** Newest first. */
  executions(machineArn: string): Execution[] {
    return [...this.#executions.values()].filter((each) => each.machine.arn === machineArn).reverse();
  }

  /** Throws ExecutionDoesNotExist. */
  execution(arn: string | undefined): Execution {
    const execution = this.#executions.get(arn ?? '');
    if (!execution) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return execution;
  }

  /** By name or ARN; undefined when there is none. */
  find(nameOrArn: string): Execution | undefined {
    return this.#executions.get(nameOrArn) ?? [...this.#executions.values()].findLast((each) => each.name === nameOrArn);
  }

  /**
   * Starts an execution. The same name and input again, while it is open, is answered with the one that runs
   * (Step Functions API reference, "StartExecution"). Throws InvalidName, InvalidExecutionInput, ExecutionAlreadyExists.
   */
  async start(machineArn: string, { name = randomUUID(), input = '{}' }: { name?: string; input?: string }): Promise<Execution> {
    const machine = this.machine(machineArn);
    checkName(name);
    checkInput(input);
    const arn = `${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`;
    const existing = this.#executions.get(arn);
    if (existing) {
      if (existing.status === 'RUNNING' && existing.input === input) return existing;
      throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    }
    const { clock, region, invoke } = this.#options;
    const runner = { clock, region, tokens: this.tokens, invoke };
    const execution = new Execution({
      clock,
      arn,
      name,
      input,
      machine,
      changed: this.changed,
      runTask: (task, taskInput, owner) => runTask(runner, task, taskInput, owner),
      ended: (ended) => this.#tell(ended),
    });
    // The name is taken before anything is awaited: of two that start at once, one does.
    this.#executions.set(arn, execution);
    try {
      await this.#options.mayStart?.(machine, name);
    } catch (error) {
      this.#executions.delete(arn);
      throw error;
    }
    execution.start();
    this.#tell(execution);
    return execution;
  }

  /** Ends what runs, without a trace in the history's end but ABORTED. */
  close(): void {
    this.#listeners.clear();
    for (const execution of this.#executions.values()) execution.abort();
  }

  #tell(execution: Execution): void {
    for (const listener of this.#listeners) listener(execution);
  }
}

/** 1 to 80 characters (ValidationException); no white space, wildcards, brackets or other marks (InvalidName; API reference, "StartExecution"). */
function checkName(name: string): void {
  const constraint = name.length > 80 ? 'less than or equal to 80' : name.length < 1 ? 'greater than or equal to 1' : undefined;
  if (constraint) throw invalid('name', name, `Member must have length ${constraint}`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the page excludes control characters
  if (/[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]/.test(name)) throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
}

function checkInput(input: string): void {
  if (Buffer.byteLength(input) > DATA_LIMIT) throw invalid('input', '…', `Member must have length less than or equal to ${DATA_LIMIT}`);
  if (!isJson(input)) throw new AwsError('InvalidExecutionInput', "Invalid State Machine Execution Input: 'The input is not valid JSON'");
}

export function isJson(text: string | undefined): text is string {
  try {
    JSON.parse(text ?? '');
    return true;
  } catch {
    return false;
  }
}

/** A member outside its constraint, in the words that AWS's front has for all services. */
export function invalid(member: string, value: string, constraint: string): AwsError {
  return new AwsError(
    'ValidationException',
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${constraint}`,
  );
}
