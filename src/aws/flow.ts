/** Starts executions and resumes waiting ones. The Slack function alone may do either. */
import { SendTaskSuccessCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { StartUnknown } from '../errors.ts';
import type { Secret } from '../secret.ts';
import { clientOptions, isPassing, nameOf, statusOf } from './clients.ts';

export interface Flow {
  /** Starts the execution of this name; one that was started before is left alone. Throws StartUnknown where no answer came. */
  start(name: string, input: object): Promise<void>;
  /** Gives the waiting task its answer; false where the wait is over (answered, timed out, ended). */
  resume(taskToken: Secret, answer: object): Promise<boolean>;
}

export function createFlow(stateMachineArn: string, region: string): Flow {
  const sfn = new SFNClient(clientOptions(region));
  // Not tried again by the SDK: the second try would be told that the wait is over, which it was not.
  const sfnOnce = new SFNClient(clientOptions(region, 1));
  return {
    async start(name, input) {
      try {
        await sfn.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
      } catch (error) {
        // The name is the request's: the clash says that this very request was started already (StartExecution, API reference).
        if (nameOf(error) === 'ExecutionAlreadyExists') return;
        const status = statusOf(error);
        // The last try's refusal says nothing of an earlier one, whose answer was lost.
        if (status === undefined || status >= 500 || attemptsOf(error) > 1)
          throw new StartUnknown('Step Functions gave no answer; whether the flow was started is not known.');
        throw error;
      }
    },

    async resume(taskToken, answer) {
      const send = () => sfnOnce.send(new SendTaskSuccessCommand({ taskToken: taskToken.reveal(), output: JSON.stringify(answer) }));
      try {
        await send();
        return true;
      } catch (error) {
        if (OVER.includes(nameOf(error))) return false;
        if (!isPassing(error)) throw error;
      }
      // The answer was lost: the task may have its answer. Told then that the wait is over, it was this that ended it.
      try {
        await send();
      } catch (error) {
        if (!OVER.includes(nameOf(error))) throw error;
      }
      return true;
    },
  };
}

/** How often the SDK has sent a request that failed. */
const attemptsOf = (error: unknown) => (error as { $metadata?: { attempts?: number } }).$metadata?.attempts ?? 1;

/** A token resumes its task once (SendTaskSuccess, API reference, errors). */
const OVER = ['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'];
