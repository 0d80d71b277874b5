import { parseConfig } from '../src/config.ts';
import { FUNCTIONS } from '../src/domain/names.ts';
import { ACCOUNT, type Asked, SANDBOX, stackOf } from './helpers/policies.ts';

const stack = stackOf(parseConfig(SANDBOX, 'config/sandbox.yml'));
const may = (asked: Asked) => stack.may(stack.role('machine'), asked);
const states = (action: string, resource: string): Asked => ({
  action: `states:${action}`,
  resource: `arn:aws:states:us-east-1:${ACCOUNT}:${resource}`,
});

describe("the state machine's role", () => {
  it('invokes the functions of the flow and not those that Slack and the clock call', async () => {
    const invoke = (name: string): Asked => ({
      action: 'lambda:InvokeFunction',
      resource: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:interlock-sandbox-${name}`,
    });
    for (const name of FUNCTIONS) expect([name, await may(invoke(name))]).toEqual([name, name !== 'slack' && name !== 'checkGuards']);
  });

  it('starts what its Distributed Map needs, and looks after that: executions of its own, whose names it gives itself', async () => {
    const child = 'execution:interlock-sandbox-deletion/EmptyRanges:0c5f';
    expect(await may(states('StartExecution', 'stateMachine:interlock-sandbox-deletion'))).toBe(true);
    for (const action of ['DescribeExecution', 'StopExecution']) expect([action, await may(states(action, child))]).toEqual([action, true]);
    // As AWS's page on rights for a Distributed Map names them.
    expect(await may(states('DescribeExecution', 'execution:interlock-sandbox-deletion:0c5f'))).toBe(true);
  });

  it('touches no other machine, stops no request, and reads no history', async () => {
    const [child, request] = ['execution:interlock-sandbox-deletion/EmptyRanges:0c5f', 'execution:interlock-sandbox-deletion:req-1'];
    const denied = [
      states('StartExecution', 'stateMachine:interlock-prod-deletion'),
      states('StartExecution', 'stateMachine:interlock-sandbox-deletion-2'),
      ...['StopExecution', 'GetExecutionHistory'].map((action) => states(action, request)),
      ...['DescribeExecution', 'StopExecution', 'GetExecutionHistory'].flatMap((action) => [
        states(action, request.replace('sandbox', 'prod')),
        states(action, child.replace('sandbox', 'prod')),
      ]),
      states('GetExecutionHistory', child),
      { action: 'states:SendTaskSuccess', resource: '*' },
    ];
    for (const asked of denied) expect([asked, await may(asked)]).toEqual([asked, false]);
  });
});
