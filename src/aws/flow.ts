/** Starts executions and resumes waiting ones. The Slack function alone may do either. */
import { SendTaskSuccessCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Secret } from '../secret.ts';
import { clientOptions, nameOf } from './clients.ts';

export interface Flow {
  /** Starts the execution of this name; one that was started before is left alone. */
  start(name: string, input: object): Promise<void>;
  /** Gives the waiting task its answer; false where the wait is over (answered, timed out, ended). */
  resume(taskToken: Secret, answer: object): Promise<boolean>;
}

export function createFlow(stateMachineArn: string, region: string): Flow {
  const sfn = new SFNClient(clientOptions(region));
  return {
    async start(name, input) {
      try {
        await sfn.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
      } catch (error) {
        // The name is the request's: the clash says that this very request was started already (StartExecution, API reference).
        if (nameOf(error) !== 'ExecutionAlreadyExists') throw error;
      }
    },

    async resume(taskToken, answer) {
      try {
        await sfn.send(new SendTaskSuccessCommand({ taskToken: taskToken.reveal(), output: JSON.stringify(answer) }));
        return true;
      } catch (error) {
        if (['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'].includes(nameOf(error))) return false;
        throw error;
      }
    },
  };
}
