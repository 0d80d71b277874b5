import fc from 'fast-check';
import {
  type AnyStatement,
  clausesOf,
  covers,
  isAboutAll,
  mayReach,
  NO_POLICY,
  policyMeaning,
  policySize,
  policyText,
  principalsOf,
  readPolicy,
  sameMeaning,
  speaksOfAction,
  statementName,
  withStatements,
} from '../../src/domain/bucket-policy.ts';
import { foreign, policyOf } from '../helpers/guard-statements.ts';
import { codePoint } from '../helpers/text.ts';

const ARN = 'arn:aws:s3:::team-x';
const deny = { Effect: 'Deny', Principal: '*', Action: 's3:DeleteBucket', Resource: ARN };

describe('readPolicy', () => {
  it.each([undefined, '', ' \n'])('reads %j as no policy', (text) => {
    expect(readPolicy(text)).toEqual({ ok: true, policy: NO_POLICY });
    expect(policyText(NO_POLICY)).toBeUndefined();
  });

  it.each([
    ['{', 'is no JSON'],
    ['"Deny"', 'is no JSON object'],
    ['[]', 'is no JSON object'],
    ['{}', 'has a Statement that is neither'],
    ['{"Statement":null}', 'has a Statement that is neither'],
    ['{"Statement":["Deny"]}', 'has a Statement that is neither'],
  ])('refuses %s, and says what to do', (text, fault) => {
    const read = readPolicy(text);
    expect(read).toMatchObject({ ok: false, why: expect.stringContaining(`The bucket's policy ${fault}`) });
    expect(read).toMatchObject({ why: expect.stringMatching(/look at it with aws s3api get-bucket-policy, mend it, then try again\.$/) });
  });

  it('keeps every statement as it stands, alone or in a list (FC-25)', () => {
    expect(policyOf({ Statement: deny }).statements).toEqual([deny]);
    fc.assert(
      fc.property(fc.array(foreign, { minLength: 1 }), (statements) => {
        const document = { Id: 'x', Statement: statements, Version: '2008-10-17' };
        expect(policyText(policyOf(document))).toBe(JSON.stringify(document));
      }),
    );
  });

  it('keeps whole numbers that a double can not hold', () => {
    const text = '{"Statement":[{"Condition":{"NumericEquals":{"s3:max-keys":12345678901234567890}}}]}';
    const read = readPolicy(text);
    expect(read.ok && policyText(read.policy)).toBe(text.replace('12345678901234567890', '"12345678901234567890"'));
  });
});

describe('policySize', () => {
  it('counts bytes of UTF-8, and no white space between members (FC-26)', () => {
    fc.assert(
      fc.property(fc.string({ unit: codePoint }), (Sid) => {
        const policy = withStatements(NO_POLICY, [{ Sid }]);
        expect(policySize(policy)).toBe(Buffer.byteLength(policyText(policy) ?? ''));
        const indented = readPolicy(JSON.stringify(JSON.parse(policyText(policy) ?? ''), null, 4));
        expect(indented.ok && policySize(indented.policy)).toBe(policySize(policy));
      }),
    );
  });
});

describe('what AWS reads alike (FC-25)', () => {
  it.each<[string, unknown, string[]]>([
    ['everybody', '*', ['*']],
    ['everybody in a map', { AWS: '*' }, ['*']],
    ["an account's number", { AWS: '111122223333' }, ['arn:aws:iam::111122223333:root']],
    [
      'a list',
      { AWS: ['111122223333', 'arn:aws:iam::111122223333:user/x'] },
      ['arn:aws:iam::111122223333:root', 'arn:aws:iam::111122223333:user/x'],
    ],
    ['a service', { Service: 'logging.s3.amazonaws.com' }, []],
    ['nobody', undefined, []],
  ])('principals: %s', (_, element, principals) => {
    expect(principalsOf(element)).toEqual(principals);
    expect(isAboutAll({ Principal: element })).toBe(principals.includes('*'));
  });

  it.each<[object, boolean]>([
    [{ Action: 's3:*' }, true],
    [{ Action: ['S3:deletebucket'] }, true],
    [{ Action: ['s3:Get*', 's3:Delete?ucket'] }, true],
    [{ Action: 's3:DeleteBucketPolicy' }, false],
    [{ Action: 's3:DeleteBuc\u212aet' }, false],
    [{ NotAction: ['s3:Get*'] }, true],
    [{ NotAction: 's3:delete*' }, false],
    [{}, false],
  ])('actions: %j', (statement, speaks) => {
    expect(speaksOfAction(statement as AnyStatement, 's3:DeleteBucket')).toBe(speaks);
  });

  it.each<[object, boolean, boolean]>([
    [{ Resource: ARN }, true, false],
    [{ Resource: `${ARN}/*` }, false, true],
    [{ Resource: [`${ARN}/*`, ARN] }, true, true],
    [{ Resource: `${ARN}*` }, true, true],
    [{ Resource: '*' }, true, true],
    [{ Resource: `${ARN}/?*` }, false, true],
    [{ Resource: `${ARN}/?` }, false, false],
    [{ Resource: `${ARN}/\uffff*` }, false, false],
    [{ Resource: `${ARN}/*\uffff*` }, false, false],
    [{ Resource: `${ARN}/logs/*` }, false, false],
    [{ Resource: 'arn:aws:s3:::team-?' }, true, false],
    [{ Resource: 'arn:aws:s3:::Team-x' }, false, false],
    [{ Resource: 'arn:aws:s3:::${aws:username}*' }, false, false],
    [{ NotResource: 'arn:aws:s3:::other/*' }, true, true],
    [{ NotResource: `${ARN}/logs/*` }, true, false],
    [{ NotResource: 'arn:aws:s3:::${aws:username}' }, false, false],
    [{}, false, false],
  ])('resources: %j reaches the bucket: %j, its objects: %j', (statement, bucket, objects) => {
    expect(covers(statement as AnyStatement, 'team-x', 'bucket')).toBe(bucket);
    expect(covers(statement as AnyStatement, 'team-x', 'objects')).toBe(objects);
    if (bucket) expect(mayReach(statement as AnyStatement, 'team-x')).toBe(true);
  });

  it('conditions: booleans and numbers are their texts, keys and operators in any case', () => {
    expect(clausesOf({ Condition: { Bool: { 'AWS:SecureTransport': false }, NumericLessThan: { 's3:max-keys': [10, '2.0'] } } })).toEqual([
      { operator: 'bool', key: 'aws:securetransport', values: ['false'] },
      { operator: 'numericlessthan', key: 's3:max-keys', values: ['10', '2'] },
    ]);
    expect(clausesOf({})).toEqual([]);
  });
});

describe('sameMeaning', () => {
  const statement = { ...deny, Condition: { Bool: { 'aws:SecureTransport': 'false' }, StringEquals: { 'aws:username': ['a', 'b'] } } };

  it.each<[string, object]>([
    ['another Sid', { Sid: 'x' }],
    ['lists', { Principal: { AWS: ['*'] }, Action: ['s3:DELETEBUCKET'], Resource: [ARN, ARN] }],
    [
      'conditions in another order and form',
      { Condition: { stringequals: { 'AWS:username': ['b', 'a'] }, Bool: { 'aws:securetransport': [false] } } },
    ],
  ])('is there with %s', (_, more) => {
    expect(sameMeaning(statement, { ...statement, ...more })).toBe(true);
  });

  it.each<[string, object]>([
    ['Effect', { Effect: 'Allow' }],
    ['Principal', { Principal: { AWS: '111122223333' } }],
    ['Principal, a service', { Principal: { AWS: '*', Service: 'x.amazonaws.com' } }],
    ['NotPrincipal', { Principal: undefined, NotPrincipal: '*' }],
    ['Action', { Action: 's3:DeleteBucketPolicy' }],
    ['NotAction', { Action: undefined, NotAction: 's3:DeleteBucket' }],
    ['Resource', { Resource: `${ARN}/*` }],
    ['Resource, in capitals', { Resource: ARN.toUpperCase() }],
    ['NotResource', { Resource: undefined, NotResource: ARN }],
    ['Condition', { Condition: { ...statement.Condition, Bool: { 'aws:SecureTransport': 'true' } } }],
    ['Condition, a value in capitals', { Condition: { ...statement.Condition, StringEquals: { 'aws:username': ['A', 'b'] } } }],
    ['no Condition', { Condition: undefined }],
  ])('is not there with another %s', (_, more) => {
    expect(sameMeaning(statement, { ...statement, ...more })).toBe(false);
    const text = (one: object) => JSON.stringify({ Version: '2012-10-17', Statement: one });
    expect(policyMeaning(text({ ...statement, ...more }))).not.toBe(policyMeaning(text([statement])));
  });

  it('of a policy is another with another version, id, order, name or member, and its text where it can’t be read', () => {
    const [other, policy] = [
      { ...statement, Sid: 'x' },
      { Version: '2012-10-17', Statement: [statement, deny] },
    ];
    const unlike = [
      { ...policy, Version: '2008-10-17' },
      { ...policy, Id: 'x' },
      { ...policy, Statement: [deny, statement] },
      { ...policy, Statement: [other, deny] },
      { ...policy, Statement: [{ ...statement, Unknown: 1 }, deny] },
      { ...policy, Statement: [statement] },
    ];
    const said = [policy, ...unlike].map((one) => policyMeaning(JSON.stringify(one)));
    expect(new Set(said).size).toBe(unlike.length + 1);
    expect(policyMeaning('{"Statement": [')).toBe('{"Statement": [');
  });
});

describe('statementName', () => {
  it.each<[unknown, string]>([
    ['NoDelete', '“NoDelete”'],
    [undefined, 'number 3'],
    ['', 'number 3'],
    ['<!channel>', 'number 3'],
    [7, 'number 3'],
  ])('of Sid %j, the third, is %s', (Sid, name) => {
    expect(statementName({ Sid }, 2)).toBe(name);
  });
});
