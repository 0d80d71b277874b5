/**
 * From a state machine's definition to one that the local runner (`aws-local-stepfunctions` 3) runs as AWS would.
 * The runner's gaps are closed by rewriting the states: timeouts, heartbeats, retries and waits are taken out and
 * kept by us (they follow the sandbox's clock), task tokens and `$$.State` are filled in per entry, `IsPresent: false` becomes `Not`.
 * Left to the runner, in real time: Retry of a Map or a Parallel state.
 */

// biome-ignore lint/suspicious/noExplicitAny: a definition is JSON of many shapes; `checkDefinition` has seen it before it is read
export type Asl = any;

export interface Retrier {
  ErrorEquals: string[];
  IntervalSeconds?: number;
  MaxAttempts?: number;
  BackoffRate?: number;
  MaxDelaySeconds?: number;
  JitterStrategy?: 'FULL' | 'NONE';
}

/** What we must know of a Task or Wait state to run it ourselves. */
export interface PreparedTask {
  name: string;
  kind: 'lambda' | 'lambda.waitForTaskToken' | 'wait';
  retry: Retrier[];
  /** Where in the parameters the values go that exist per entry only. */
  late: { path: (string | number)[]; value: 'Task.Token' | 'State.Name' | 'State.EnteredTime' | 'State.RetryCount' }[];
}

/** What a prepared Task's handler is given: the parameters as AWS would evaluate them, and what was taken out of the state. */
export interface TaskInput {
  parameters: unknown;
  timeout?: unknown;
  heartbeat?: unknown;
  wait?: { seconds?: unknown; timestamp?: unknown };
}

export interface Prepared {
  definition: Asl;
  tasks: Map<string, PreparedTask>;
  /** Every state's type as it was written, by name. */
  types: Map<string, string>;
  timeoutSeconds?: number;
}

// The runner has a timeout of its own (60 s if none is given) on setTimeout, which takes 2^31-1 ms at most. Ours ends every task long before.
const NEVER_SECONDS = 2_147_483;

const LATE = ['Task.Token', 'State.Name', 'State.EnteredTime', 'State.RetryCount'] as const;

/**
 * Takes a valid definition (`checkDefinition`), substitutions made; gives what the runner runs and what we keep.
 * Throws an Error that names the state which asks for what the sandbox doesn't have.
 */
export function prepare(definition: Asl): Prepared {
  if (definition.QueryLanguage && definition.QueryLanguage !== 'JSONPath') throw new Error('the sandbox runs JSONPath definitions only');
  const prepared: Prepared = { definition: undefined, tasks: new Map(), types: new Map() };
  prepared.definition = prepareStates(definition, prepared);
  prepared.timeoutSeconds = definition.TimeoutSeconds;
  return prepared;
}

function prepareStates(machine: Asl, into: Prepared): Asl {
  const { TimeoutSeconds: _, ...rest } = machine;
  const states = Object.entries<Asl>(machine.States).map(([name, state]) => {
    into.types.set(name, state.Type);
    return [name, prepareState(name, contextPaths(state), into)];
  });
  return { ...rest, States: Object.fromEntries(states) };
}

function prepareState(name: string, state: Asl, into: Prepared): Asl {
  switch (state.Type) {
    case 'Task':
      return prepareTask(name, state, into);
    case 'Wait':
      return prepareWait(name, state, into);
    case 'Choice':
      return { ...state, Choices: state.Choices.map(prepareChoice) };
    case 'Map': {
      if (state.ItemReader || state.ItemBatcher || state.ResultWriter) {
        throw new Error(`state ${name}: the sandbox has no ItemReader, ItemBatcher or ResultWriter`);
      }
      const processor = state.ItemProcessor ? 'ItemProcessor' : 'Iterator';
      return plainResultPath({ ...state, [processor]: prepareStates(state[processor], into) });
    }
    case 'Parallel':
      return plainResultPath({ ...state, Branches: state.Branches.map((branch: Asl) => prepareStates(branch, into)) });
    case 'Pass': {
      // The runner takes a Result of false, 0, '' or null for none.
      const { Result, ...rest } = state;
      return plainResultPath('Result' in state && !Result ? { ...rest, Parameters: Result } : state);
    }
    case 'Fail':
      return prepareFail(state);
    default:
      return state;
  }
}

function prepareTask(name: string, state: Asl, into: Prepared): Asl {
  const { TimeoutSeconds, TimeoutSecondsPath, HeartbeatSeconds, HeartbeatSecondsPath, Retry, Parameters, ...rest } = state;
  const kind = /^arn:aws:states:::lambda:invoke(\.waitForTaskToken)?$/.exec(state.Resource);
  if (!kind) throw new Error(`state ${name}: the sandbox doesn't have the resource ${state.Resource}`);
  const late: PreparedTask['late'] = [];
  const template = takeLate(Parameters, [], late, name);
  into.tasks.set(name, { name, kind: kind[1] ? 'lambda.waitForTaskToken' : 'lambda', retry: Retry ?? [], late });
  return plainResultPath({
    ...rest,
    TimeoutSeconds: NEVER_SECONDS,
    Parameters: {
      parameters: template,
      ...member('timeout', TimeoutSeconds, TimeoutSecondsPath),
      ...member('heartbeat', HeartbeatSeconds, HeartbeatSecondsPath),
    },
  });
}

/** A Wait becomes a task of ours, so that it ends by the sandbox's clock; its output is its input, as before. */
function prepareWait(name: string, state: Asl, into: Prepared): Asl {
  const { Seconds, SecondsPath, Timestamp, TimestampPath, ...rest } = state;
  into.tasks.set(name, { name, kind: 'wait', retry: [], late: [] });
  return {
    ...rest,
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    TimeoutSeconds: NEVER_SECONDS,
    Parameters: {
      'parameters.$': '$',
      wait: { ...member('seconds', Seconds, SecondsPath), ...member('timestamp', Timestamp, TimestampPath) },
    },
  };
}

function member(name: string, value: unknown, path: string | undefined): Record<string, unknown> {
  if (path !== undefined) return { [`${name}.$`]: path };
  return value === undefined ? {} : { [name]: value };
}

/** The runner knows `Is…: true` only, and lets a missing path pass for `IsPresent` alone. */
function prepareChoice(rule: Asl): Asl {
  const { And, Or, Not, Next, Comment, ...test } = rule;
  const next = Next === undefined ? {} : { Next };
  if (And) return { And: And.map(prepareChoice), ...next };
  if (Or) return { Or: Or.map(prepareChoice), ...next };
  if (Not) return { Not: prepareChoice(Not), ...next };
  const negated = Object.keys(test).find((key) => key.startsWith('Is') && test[key] === false);
  return negated ? { Not: { ...test, [negated]: true }, ...next } : { ...test, ...next };
}

/** `ErrorPath` and `CausePath` may be intrinsic functions in AWS; the runner reads paths only. */
function prepareFail(state: Asl): Asl {
  const { ErrorPath, CausePath, ...rest } = state;
  if (ErrorPath === undefined && CausePath === undefined) return state;
  return {
    ...rest,
    Parameters: { ...member('error', undefined, ErrorPath), ...member('cause', undefined, CausePath) },
    ...(ErrorPath === undefined ? {} : { ErrorPath: '$.error' }),
    ...(CausePath === undefined ? {} : { CausePath: '$.cause' }),
  };
}

/** A ResultPath of `$` is the default; the runner would write a member called `$`. */
function plainResultPath(state: Asl): Asl {
  const plain = { ...state };
  if (plain.ResultPath === '$') delete plain.ResultPath;
  if (plain.Catch) plain.Catch = plain.Catch.map((catcher: Asl) => plainResultPath(catcher));
  return plain;
}

/**
 * The runner overwrites `$$.Execution` with the real time and, inside a Map, the child's input: ours stands under `$$.Sandbox.Execution`.
 */
function contextPaths(node: Asl, key = ''): Asl {
  if (typeof node === 'string') return isPath(key) ? node.replaceAll('$$.Execution', () => '$$.Sandbox.Execution') : node;
  if (Array.isArray(node)) return node.map((item) => contextPaths(item, key));
  if (node === null || typeof node !== 'object') return node;
  // The states inside a Map or a Parallel are prepared one by one.
  return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, name === 'States' ? value : contextPaths(value, name)]));
}

const isPath = (key: string) => key.endsWith('.$') || key.endsWith('Path') || key === 'Variable';

/** Takes the members out of a template whose value exists per entry only, and notes where they go. */
function takeLate(node: Asl, path: (string | number)[], late: PreparedTask['late'], state: string): Asl {
  if (Array.isArray(node)) return node.map((item, index) => takeLate(item, [...path, index], late, state));
  if (node === null || typeof node !== 'object') return node;
  const kept: [string, unknown][] = [];
  for (const [key, value] of Object.entries<Asl>(node)) {
    const name = key.replace(/\.\$$/, '');
    if (name === key || typeof value !== 'string' || !/\$\$\.(Task|State)\b/.test(value)) {
      kept.push([key, takeLate(value, [...path, key], late, state)]);
      continue;
    }
    const found = LATE.find((each) => value === `$$.${each}`);
    if (!found) throw new Error(`state ${state}: the sandbox can't evaluate ${value}`);
    late.push({ path: [...path, name], value: found });
  }
  return Object.fromEntries(kept);
}

/** Puts a value where `late` says, in place. */
export function setAt(target: Asl, path: (string | number)[], value: unknown): void {
  const [head, ...tail] = path;
  if (head === undefined) return;
  if (tail.length === 0) target[head] = value;
  else setAt(target[head], tail, value);
}
