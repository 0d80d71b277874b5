import { matchesPattern } from '../../sandbox/events.ts';
import { Permissions } from '../../sandbox/permissions.ts';
import { createStack, type Json, type Template } from '../../sandbox/template.ts';

async function made(template: Template): Promise<Record<string, Json>> {
  const properties: Record<string, Json> = {};
  await createStack(template, {
    account: '111122223333',
    region: 'us-east-1',
    stackName: 'stack',
    create: ({ id, type, properties: resolved }) => {
      if (type === 'Unknown') throw new Error(`resource ${id}: the sandbox has no ${type}`);
      properties[id] = resolved;
      return { ref: `${id}-ref`, attributes: { Arn: `arn:${id}` } };
    },
  });
  return properties;
}

const resolved = async (value: Json, more: Partial<Template> = {}) =>
  (await made({ ...more, Resources: { Other: { Type: 'Thing' }, It: { Type: 'Thing', Properties: { value } }, ...more.Resources } })).It
    .value;

describe('a template', () => {
  it.each([
    [{ Ref: 'Other' }, 'Other-ref'],
    [{ Ref: 'AWS::AccountId' }, '111122223333'],
    [{ Ref: 'AWS::Region' }, 'us-east-1'],
    [{ Ref: 'AWS::Partition' }, 'aws'],
    [{ 'Fn::GetAtt': ['Other', 'Arn'] }, 'arn:Other'],
    [{ 'Fn::GetAtt': 'Other.Arn' }, 'arn:Other'],
    [{ 'Fn::Join': ['/', ['a', { Ref: 'Other' }]] }, 'a/Other-ref'],
    [{ 'Fn::Sub': '${Other}:${Other.Arn}:${AWS::Region}:${!Literal}' }, 'Other-ref:arn:Other:us-east-1:${Literal}'],
    [{ 'Fn::Sub': ['${name}-${Other}', { name: { Ref: 'Other' } }] }, 'Other-ref-Other-ref'],
    [{ 'Fn::Select': [1, { 'Fn::Split': [':', 'a:b:c'] }] }, 'b'],
    [{ 'Fn::Select': ['0', ['a', 'b']] }, 'a'],
    [
      [1, { Ref: 'AWS::NoValue' }, { a: { Ref: 'AWS::NoValue' }, b: null }],
      [1, { b: null }],
    ],
    [
      { Ref: 'Other', More: 1 },
      { Ref: 'Other', More: 1 },
    ],
  ])('resolves %j', async (value, expected) => {
    expect(await resolved(value)).toEqual(expected);
  });

  it('chooses by its conditions and parameters', async () => {
    const template = {
      Parameters: { Stage: { Default: 'sandbox' } },
      Conditions: {
        IsSandbox: { 'Fn::Equals': [{ Ref: 'Stage' }, 'sandbox'] },
        Both: { 'Fn::And': [{ Condition: 'IsSandbox' }, { 'Fn::Not': [{ 'Fn::Equals': ['a', 'b'] }] }] },
        Either: { 'Fn::Or': [{ 'Fn::Not': [{ Condition: 'IsSandbox' }] }, { 'Fn::Equals': ['a', 'b'] }] },
      },
      Resources: { Left: { Type: 'Unknown', Condition: 'Either' } },
    };
    expect(
      await resolved([{ 'Fn::If': ['Both', 'yes', 'no'] }, { 'Fn::If': ['Either', 'yes', 'no'] }, { Ref: 'Stage' }], template),
    ).toEqual(['yes', 'no', 'sandbox']);
  });

  it.each([
    ['nothing', { Ref: 'Nobody' }, 'It refers to Nobody'],
    ['an attribute that is not there', { 'Fn::GetAtt': ['Other', 'Color'] }, 'Other (Thing) has no attribute Color'],
    ['a function that is not served', { 'Fn::ImportValue': 'x' }, "doesn't resolve Fn::ImportValue"],
  ])('names the resource that refers to %s', async (_, value, message) => {
    await expect(resolved(value)).rejects.toThrow(message);
  });

  it('names resources that wait for each other', async () => {
    const Resources = {
      A: { Type: 'Thing', Properties: { b: { Ref: 'B' } } },
      B: { Type: 'Thing', Properties: { c: { 'Fn::Sub': '${C.Arn}' } } },
      C: { Type: 'Thing', DependsOn: 'B' },
    };
    await expect(made({ Resources })).rejects.toThrow('resources wait for each other: B → C → B');
  });

  it('makes what others need first, once', async () => {
    const order: string[] = [];
    await createStack(
      {
        Resources: { A: { Type: 'Thing', DependsOn: ['C'] }, B: { Type: 'Thing' }, C: { Type: 'Thing', Properties: { b: { Ref: 'B' } } } },
      },
      {
        ...{ account: '1', region: 'r', stackName: 's' },
        create: ({ id }) => {
          order.push(id);
          return { ref: id };
        },
      },
    );
    expect(order).toEqual(['B', 'C', 'A']);
  });
});

describe('an event pattern', () => {
  const event = { source: 'aws.states', detail: { status: 'FAILED', tags: ['a', 'b'], count: 1, nothing: null } };

  it.each([
    [{ source: ['aws.states'] }, true],
    [{ source: ['aws.ec2', 'aws.states'] }, true],
    [{ source: ['aws.ec2'] }, false],
    [{ source: [{ prefix: 'aws.' }] }, true],
    [{ source: [{ prefix: 'my.' }] }, false],
    [{ detail: { status: ['FAILED'], count: [1] } }, true],
    [{ detail: { status: ['FAILED'], count: ['1'] } }, false],
    [{ detail: { tags: ['b'] } }, true],
    [{ detail: { nothing: [null] } }, true],
    [{ detail: { other: [{ exists: false }] } }, true],
    [{ detail: { status: [{ exists: true }] } }, true],
    [{ other: { deep: ['x'] } }, false],
    [{}, true],
  ])('%j matches: %p', (pattern, matches) => {
    expect(matchesPattern(pattern, event)).toBe(matches);
  });
});

describe('a permission', () => {
  it.each([
    ['arn:aws:execute-api:us-east-1:1:api/*', true],
    ['arn:aws:execute-api:us-east-1:1:api/*/*', true],
    ['arn:aws:execute-api:us-east-1:1:other/*', false],
    ['arn:aws:execute-api:*:1:api/*/POST/slack/events', true],
    ['*', false],
    [undefined, true],
  ])('for %p lets the route: %p', (sourceArn, allowed) => {
    const permissions = new Permissions();
    permissions.add({ functionArn: 'f', principal: 'apigateway.amazonaws.com', sourceArn });
    const source = 'arn:aws:execute-api:us-east-1:1:api/$default/POST/slack/events';
    expect(permissions.allow('f', 'apigateway.amazonaws.com', source)).toBe(allowed);
    expect(permissions.allow('f', 'events.amazonaws.com', source)).toBe(false);
    expect(permissions.allow('g', 'apigateway.amazonaws.com', source)).toBe(false);
  });
});
