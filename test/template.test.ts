import { FUNCTIONS, type FunctionName, TABLES } from '../src/domain/names.ts';
import { packagedTemplate, type Resource, type Template } from './helpers/packaged.ts';

let template: Template;
beforeAll(() => {
  template = packagedTemplate();
}, 60_000);

const ofType = (type: string): [string, Resource][] => Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
const only = (type: string): Resource['Properties'] => {
  const [[, resource] = [], ...more] = ofType(type);
  expect(more).toEqual([]);
  return (resource as Resource).Properties;
};
const functionNamed = (name: string) =>
  ofType('AWS::Lambda::Function').find(([, { Properties }]) => Properties.FunctionName === `interlock-sandbox-${name}`)?.[1].Properties;

/** A statement on one line, as a reader goes through them. */
function line(statement: Record<string, unknown>): string {
  const text = (value: unknown): string =>
    Array.isArray(value) ? value.map(text).join(', ') : typeof value === 'string' ? value : JSON.stringify(value);
  const { Sid, Effect, Principal, Action, NotAction, Resource, NotResource, Condition } = statement;
  const parts = [
    `${Sid}: ${Effect}`,
    Action ? text(Action) : `all but ${text(NotAction)}`,
    Resource ? `on ${text(Resource)}` : NotResource ? `on all but ${text(NotResource)}` : '',
    Principal ? `to ${text(Principal)}` : '',
    Condition ? `if ${JSON.stringify(Condition)}` : '',
  ];
  return parts.filter(Boolean).join(' ');
}

/** Seconds that these functions may take; the others a minute. */
const LONG: Partial<Record<FunctionName, number>> = { checkGuards: 900, planEmptying: 300, emptyRange: 900, tellProgress: 900 };

describe('the packaged template', () => {
  it('has a role for each function, used by nothing else', () => {
    const used = ofType('AWS::Lambda::Function').map(([, { Properties }]) => Properties.Role['Fn::GetAtt'][0]);
    expect(used.sort()).toEqual(FUNCTIONS.map((name) => `${name[0]?.toUpperCase()}${name.slice(1)}Role`).sort());
    const machine = only('AWS::StepFunctions::StateMachine').RoleArn['Fn::GetAtt'][0];
    expect(machine).toBe('MachineRole');
    expect(
      ofType('AWS::IAM::Role')
        .map(([id]) => id)
        .sort(),
    ).toEqual([...used, machine, 'DeletionRole'].sort());
  });

  it('gives its roles these rights', () => {
    const roles = ofType('AWS::IAM::Role').map(([, { Properties }]) => ({
      [Properties.RoleName]: [
        ...Properties.AssumeRolePolicyDocument.Statement.map((statement: Record<string, unknown>) => `trust ${line(statement)}`),
        ...Properties.Policies.flatMap(({ PolicyDocument }: Resource['Properties']) => PolicyDocument.Statement.map(line)),
      ],
    }));
    expect(Object.assign({}, ...roles)).toMatchSnapshot();
  });

  it('gives its keys and secrets these policies, and its keys are rotated', () => {
    const policies = ofType('AWS::KMS::Key').map(([id, { Properties }]) => ({ [id]: Properties.KeyPolicy.Statement.map(line) }));
    const secrets = ofType('AWS::SecretsManager::ResourcePolicy').map(([id, { Properties }]) => ({
      [id]: Properties.ResourcePolicy.Statement.map(line),
    }));
    expect(Object.assign({}, ...policies, ...secrets)).toMatchSnapshot();
    for (const [, { Properties }] of ofType('AWS::KMS::Key')) expect(Properties.EnableKeyRotation).toBe(true);
  });

  it('tells each function what it needs and no more', () => {
    const environments = FUNCTIONS.map((name) => [
      name,
      Object.keys(functionNamed(name)?.Environment.Variables)
        .filter((key) => !key.startsWith('INTERLOCK_'))
        .sort()
        .join(' '),
    ]);
    expect(Object.fromEntries(environments)).toMatchInlineSnapshot(`
{
  "askApprover": "AUDIT_TABLE BOT_TOKEN REQUESTS_TABLE SEAL_KEY",
  "changeGuard": "AUDIT_TABLE LOCKS_TABLE SEAL_KEY",
  "checkGuards": "BOT_TOKEN GUARDS_TABLE",
  "deleteBucket": "AUDIT_TABLE SEAL_KEY",
  "elevate": "APPROVERS_TABLE ATTEMPTS_TABLE AUDIT_TABLE DELETION_ROLE_ARN SEAL_KEY",
  "emptyRange": "EMPTYING_TABLE NODE_OPTIONS SEAL_KEY",
  "holdWriters": "LOCKS_TABLE SEAL_KEY",
  "inspect": "SEAL_KEY",
  "planEmptying": "AUDIT_TABLE EMPTYING_TABLE SEAL_KEY",
  "report": "ATTEMPTS_TABLE AUDIT_TABLE BOT_TOKEN EMPTYING_TABLE LOCKS_TABLE REQUESTS_TABLE SEAL_KEY",
  "slack": "AUDIT_TABLE BOT_TOKEN EMPTYING_TABLE LOCKS_TABLE REQUESTS_TABLE SEAL_KEY SIGNING_SECRET STATE_MACHINE_ARN",
  "tellProgress": "BOT_TOKEN EMPTYING_TABLE REQUESTS_TABLE",
}
`);
    for (const name of FUNCTIONS)
      expect(functionNamed(name)?.Environment.Variables).toMatchObject({
        INTERLOCK_CONFIG: 'config/sandbox.yml',
        INTERLOCK_STAGE: 'sandbox',
      });
  });

  it('runs its functions on nodejs24.x and arm64, within limits', () => {
    for (const name of FUNCTIONS) {
      expect(functionNamed(name)).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
      // Nobody waits for the daily check; who empties takes as long as it takes, and is waited for by nobody but the state machine.
      expect([name, functionNamed(name)?.Timeout <= (LONG[name] ?? 60)]).toEqual([name, true]);
    }
    // A whole processor, to keep S3 busy.
    expect(functionNamed('emptyRange')).toMatchObject({ MemorySize: 1769 });
    expect(functionNamed('checkGuards')).toMatchObject({ ReservedConcurrentExecutions: 1 });
    expect(functionNamed('slack')).toMatchObject({ Timeout: 10, ReservedConcurrentExecutions: 400 });
  });

  it('waits in its machine longer for a function than the function takes', () => {
    const machine = only('AWS::StepFunctions::StateMachine');
    const waits: { name: string; seconds: number }[] = [];
    JSON.parse(JSON.stringify(machine.Definition), (_, state) => {
      const { FunctionName, Payload } = state?.Parameters ?? {};
      // An approver's answer takes as long as the window; to give a stretch up takes one write.
      if (FunctionName && state.TimeoutSeconds && !Payload.giveUp) {
        const placeholder = FunctionName.replace(/^\$\{|\}$/g, '');
        waits.push({ name: machine.DefinitionSubstitutions[placeholder].replace('interlock-sandbox-', ''), seconds: state.TimeoutSeconds });
      }
      return state;
    });
    const waited = FUNCTIONS.filter((name) => name !== 'slack' && name !== 'checkGuards' && name !== 'askApprover');
    expect(new Set(waits.map(({ name }) => name))).toEqual(new Set(waited));
    for (const { name, seconds } of waits) expect([name, seconds >= functionNamed(name)?.Timeout]).toEqual([name, true]);
  });

  it('holds no value of any secret', () => {
    expect(
      ofType('AWS::SecretsManager::Secret')
        .map(([, { Properties }]) => Properties.Name)
        .sort(),
    ).toEqual([
      'interlock/sandbox/approvers/alice',
      'interlock/sandbox/approvers/bob',
      'interlock/sandbox/slack/bot-token',
      'interlock/sandbox/slack/signing-secret',
    ]);
    expect(JSON.stringify(template)).not.toMatch(/SecretString|xox[abp]-|(?:AKIA|ASIA)[A-Z0-9]{16}/);
  });

  it("encrypts approvers' keys with a key of their own", () => {
    for (const [id, { Properties }] of ofType('AWS::SecretsManager::Secret')) {
      expect([id, Properties.KmsKeyId]).toEqual([id, id.endsWith('ApproverSecret') ? { 'Fn::GetAtt': ['SecretsKey', 'Arn'] } : undefined]);
    }
  });

  it('can restore its tables, and keeps them', () => {
    expect(
      ofType('AWS::DynamoDB::Table')
        .map(([, { Properties }]) => Properties.TableName)
        .sort(),
    ).toEqual(TABLES.map((name) => `interlock-sandbox-${name}`).sort());
    for (const [, resource] of ofType('AWS::DynamoDB::Table')) {
      expect(resource).toMatchObject({
        DeletionPolicy: 'RetainExceptOnCreate',
        UpdateReplacePolicy: 'Retain',
        Properties: {
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          SSESpecification: { SSEEnabled: true },
        },
      });
    }
  });

  it('leaves nothing in the way of the next deployment where one fails', () => {
    // Kept as it was made, a table or a secret keeps its name; a table that is protected from deletion does whatever the policy says.
    for (const [id, { DeletionPolicy }] of Object.entries(template.Resources)) expect([id, DeletionPolicy]).not.toEqual([id, 'Retain']);
    const refused = ofType('AWS::Lambda::Function').flatMap(([id, { Properties }]) =>
      Properties.ReservedConcurrentExecutions ? [id] : [],
    );
    expect(refused).not.toEqual([]);
    const before = (id: string): string[] => [id, ...dependencies(template.Resources[id]).flatMap(before)];
    for (const [id] of ofType('AWS::DynamoDB::Table'))
      expect(before(id)).toEqual(expect.arrayContaining([...refused, 'DeletionRole', 'DeletionMachine']));
  });

  it('keeps no secret of an approver who was taken out', () => {
    for (const [id, { DeletionPolicy }] of ofType('AWS::SecretsManager::Secret')) expect([id, DeletionPolicy]).toEqual([id, undefined]);
  });

  it('encrypts the history of its machine, logs none of it, and names functions that are there', () => {
    const machine = only('AWS::StepFunctions::StateMachine');
    expect(machine.EncryptionConfiguration).toMatchObject({
      Type: 'CUSTOMER_MANAGED_KMS_KEY',
      KmsKeyId: { 'Fn::GetAtt': ['HistoryKey', 'Arn'] },
    });
    expect(machine.LoggingConfiguration).toEqual({ Level: 'OFF', IncludeExecutionData: false });
    const names = ofType('AWS::Lambda::Function').map(([, { Properties }]) => Properties.FunctionName);
    const placeholders = new Set(JSON.stringify(machine.Definition).match(/(?<=\$\{)\w+(?=\})/g));
    expect([...placeholders].sort()).toEqual(Object.keys(machine.DefinitionSubstitutions).sort());
    for (const name of Object.values(machine.DefinitionSubstitutions)) expect(names).toContain(name);
  });

  it('reports executions that ended where no state could catch it', () => {
    const [rule] = ofType('AWS::Events::Rule').flatMap(([, { Properties }]) => (Properties.EventPattern ? [Properties] : []));
    expect(rule?.EventPattern).toEqual({
      source: ['aws.states'],
      'detail-type': ['Step Functions Execution Status Change'],
      detail: {
        status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
        stateMachineArn: ['arn:aws:states:us-east-1:111122223333:stateMachine:interlock-sandbox-deletion'],
      },
    });
    expect(rule?.Targets).toMatchObject([
      { Arn: { 'Fn::GetAtt': ['ReportLambdaFunction', 'Arn'] }, RetryPolicy: { MaximumRetryAttempts: 20 } },
    ]);
    expect(
      ofType('AWS::Lambda::Permission')
        .map(([, { Properties }]) => Properties.Principal)
        .sort(),
    ).toEqual(['apigateway.amazonaws.com', 'events.amazonaws.com', 'events.amazonaws.com']);
  });

  it('checks guards once a day', () => {
    const [rule, ...more] = ofType('AWS::Events::Rule').flatMap(([, { Properties }]) =>
      Properties.ScheduleExpression ? [Properties] : [],
    );
    expect(more).toEqual([]);
    expect(rule).toMatchObject({
      Name: 'interlock-sandbox-check-guards',
      ScheduleExpression: 'rate(1 day)',
      State: 'ENABLED',
      Targets: [{ Arn: { 'Fn::GetAtt': ['CheckGuardsLambdaFunction', 'Arn'] } }],
    });
  });

  it('opens one route, throttled', () => {
    expect(only('AWS::ApiGatewayV2::Route').RouteKey).toBe('POST /slack/events');
    expect(only('AWS::ApiGatewayV2::Stage').DefaultRouteSettings).toEqual({ ThrottlingBurstLimit: 800, ThrottlingRateLimit: 200 });
  });

  it('keeps logs for a time', () => {
    expect(ofType('AWS::Logs::LogGroup')).toHaveLength(FUNCTIONS.length);
    for (const [, { Properties }] of ofType('AWS::Logs::LogGroup')) expect(Properties.RetentionInDays).toBe(90);
  });

  it('goes in no circle (FC-58)', () => {
    const graph = new Map(Object.entries(template.Resources).map(([id, resource]) => [id, dependencies(resource)]));
    const done = new Set<string>();
    const visit = (id: string, path: string[]): void => {
      if (path.includes(id)) throw new Error(`circle: ${[...path.slice(path.indexOf(id)), id].join(' → ')}`);
      if (done.has(id)) return;
      for (const next of graph.get(id) ?? []) if (graph.has(next)) visit(next, [...path, id]);
      done.add(id);
    };
    for (const id of graph.keys()) visit(id, []);
    expect(done.size).toBe(graph.size);
  });
});

/** What a resource refers to: Ref, Fn::GetAtt, Fn::Sub and DependsOn. */
function dependencies(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => {
    if (key === 'Ref') return [value as string];
    if (key === 'Fn::GetAtt') return [([value].flat() as string[])[0]?.split('.')[0] ?? ''];
    if (key === 'DependsOn') return [value].flat() as string[];
    if (key === 'Fn::Sub') return [...JSON.stringify(value).matchAll(/\$\{([A-Za-z0-9]+)/g)].map(([, id]) => id ?? '');
    return dependencies(value);
  });
}
