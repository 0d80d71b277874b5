/** A guard's statements with one member changed: in ways that change what it decides, and in ways that do not. Which is which, IAM's evaluator tells. */
import type { AnyStatement } from '../../src/domain/bucket-policy.ts';
import type { Guard } from '../../src/domain/guard.ts';
import { BOB, BUCKET, ROLE, ROOT } from './guard-callers.ts';
import { ACCOUNT } from './sandbox-aws.ts';

export interface Mutation {
  name: string;
  /** All of the guard's statements, one of them changed. */
  statements: AnyStatement[];
}

type Change = [string, (statement: AnyStatement) => AnyStatement | AnyStatement[]];
type Keys = Record<string, unknown>;

const ARN = `arn:aws:s3:::${BUCKET}`;
const list = (value: unknown): unknown[] => [value].flat();
const set = (more: object) => (statement: AnyStatement) => ({ ...statement, ...more });
const without = (name: string) => (statement: AnyStatement) =>
  Object.fromEntries(Object.entries(statement).filter(([key]) => key !== name));

/** Changes that can be made to any statement. */
const WHOLE: Change[] = [
  ['taken away', () => []],
  ['twice', (one) => [one, one]],
  ['Effect: Allow', set({ Effect: 'Allow' })],
  ['another Sid', set({ Sid: 'Renamed' })],
  ['no Sid', without('Sid')],
  ['Principal in a map', set({ Principal: { AWS: '*' } })],
  ['Principal in a list with another', set({ Principal: { AWS: ['*', BOB] } })],
  ['Principal: the account', set({ Principal: { AWS: ACCOUNT } })],
  ['Principal: another account', set({ Principal: { AWS: '444455556666' } })],
  ['Principal: a user', set({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/admin` } })],
  ['Principal: the principals', set({ Principal: { AWS: [ROOT, BOB, ROLE] } })],
  ['NotPrincipal: everybody', ({ Principal: _, ...one }) => ({ ...one, NotPrincipal: { AWS: '*' } })],
  ['first action alone', (one) => ({ ...one, Action: list(one.Action)[0] })],
  ['without its first action', (one) => ({ ...one, Action: [...list(one.Action).slice(1), 's3:ListBucket'] })],
  ['without its last action', (one) => ({ ...one, Action: ['s3:ListBucket', ...list(one.Action).slice(0, -1)] })],
  ['actions turned round', (one) => ({ ...one, Action: list(one.Action).toReversed() })],
  ['actions in capitals', (one) => ({ ...one, Action: list(one.Action).map((action) => String(action).toUpperCase()) })],
  ['an action more', (one) => ({ ...one, Action: [...list(one.Action), 's3:ListBucket'] })],
  ['all actions', set({ Action: 's3:*' })],
  ['Resource: the bucket', set({ Resource: ARN })],
  ['Resource: the objects', set({ Resource: `${ARN}/*` })],
  ['Resource: both, turned round', set({ Resource: [`${ARN}/*`, ARN] })],
  ['Resource: all that begins so', set({ Resource: `${ARN}*` })],
  ['Resource: some objects', set({ Resource: [ARN, `${ARN}/archive/*`] })],
  ['Resource: another bucket', set({ Resource: 'arn:aws:s3:::other' })],
  ['Resource: capitals', set({ Resource: [ARN.toUpperCase(), `${ARN.toUpperCase()}/*`] })],
  ['NotResource: the bucket', ({ Resource: _, ...one }) => ({ ...one, NotResource: ARN })],
  ['NotResource: another bucket', ({ Resource: _, ...one }) => ({ ...one, NotResource: ['arn:aws:s3:::other', 'arn:aws:s3:::other/*'] })],
  ['no condition', without('Condition')],
  ['a further condition', (one) => conditioned(one, { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } })],
  ['a further condition that some meet', (one) => conditioned(one, { StringEquals: { 'aws:PrincipalAccount': ACCOUNT } })],
  ['a further condition that another account does not meet', (one) => conditioned(one, NOT_FOREIGN)],
];

const NOT_FOREIGN = { StringNotEqualsIfExists: { 'aws:PrincipalAccount': '444455556666' } };

const conditioned = (one: AnyStatement, more: object): AnyStatement => ({ ...one, Condition: { ...(one.Condition as object), ...more } });

/** Changes of one condition: its operator, its key, its values. */
const OPERATORS = [
  'ArnNotLike',
  'ArnNotEqualsIfExists',
  'StringNotEquals',
  'StringNotLike',
  'StringNotEqualsIfExists',
  'ArnEquals',
  'ArnLike',
  'ArnEqualsIfExists',
];
const MFA_OPERATORS = [
  'Bool',
  'ForAllValues:Bool',
  'ForAnyValue:Bool',
  'boolifexists',
  'StringEquals',
  'StringEqualsIfExists',
  'Null',
  'StringLikeIfExists',
];
const AGE_OPERATORS = [
  'NumericGreaterThanEquals',
  'NumericGreaterThanIfExists',
  'NumericLessThan',
  'numericgreaterthan',
  'NumericNotEquals',
];

/** Patterns that take an administrator, and no sample that one would make of them. */
const PATTERNS = ['arn:aws:iam::*:role/admin', `arn:aws:iam::${ACCOUNT}:*dmin`, `arn:aws*:iam::${ACCOUNT}:*/admin`];

function conditionChanges({ Condition }: AnyStatement): Change[] {
  return Object.entries((Condition ?? {}) as Record<string, Keys>).flatMap(([operator, keys]) => {
    const [key = '', value] = Object.entries(keys)[0] ?? [];
    const put = (newOperator: string, newKey: string, newValue: unknown) => (one: AnyStatement) => {
      const { [operator]: _, ...rest } = one.Condition as Record<string, Keys>;
      return { ...one, Condition: { ...rest, [newOperator]: { [newKey]: newValue } } };
    };
    const operators = /Present/.test(key) ? MFA_OPERATORS : /Age/.test(key) ? AGE_OPERATORS : OPERATORS;
    const values: [string, unknown][] = /Present/.test(key)
      ? [
          ['false', false],
          ['a list', ['false']],
          ['true', 'true'],
          ['both', ['true', 'false']],
          ['False', 'False'],
        ]
      : /Age/.test(key)
        ? [
            ['a number', 3600],
            ['written otherwise', '3600.0'],
            ['a second more', '3601'],
            ['less', '60'],
            ['much more', '36000'],
          ]
        : [
            ['turned round', list(value).toReversed()],
            ['twice', [...list(value), ...list(value)]],
            ['one alone', list(value)[0]],
            ['without the first', list(value).slice(1)],
            ['one more', [...list(value), /Arn/.test(key) ? `arn:aws:iam::${ACCOUNT}:user/admin` : 'interlock-mallory']],
            ['a pattern', [...list(value), /Arn/.test(key) ? `arn:aws:iam::${ACCOUNT}:role/*` : '*']],
            ...(/Arn/.test(key) ? PATTERNS.map((pattern): [string, unknown] => [pattern, [...list(value), pattern]]) : []),
            ['another', /Arn/.test(key) ? `arn:aws:iam::${ACCOUNT}:role/admin` : 'interlock-mallory'],
            ['a variable', `\${${key}}`],
          ];
    return [
      [
        `${operator} taken away`,
        (one) => ({ ...one, Condition: Object.fromEntries(Object.entries(one.Condition as Keys).filter(([name]) => name !== operator)) }),
      ],
      [`${key} in capitals`, put(operator, key.toUpperCase(), value)],
      [`${key} for aws:PrincipalAccount`, put(operator, 'aws:PrincipalAccount', value)],
      ...operators.map((other): Change => [`${operator} → ${other}`, put(other, key, value)]),
      ...values.map(([what, other]): Change => [`${operator} ${key}: ${what}`, put(operator, key, other)]),
    ];
  });
}

/** Every change of one member of a guard. */
export function mutationsOf(guard: Guard): Mutation[] {
  const statements = guard.statements.map((one): AnyStatement => ({ ...one }));
  return statements.flatMap((statement, index) =>
    [...WHOLE, ...conditionChanges(statement)].map(([name, change]) => ({
      name: `${statement.Sid}: ${name}`,
      statements: [...statements.slice(0, index), ...[change(statement)].flat(), ...statements.slice(index + 1)],
    })),
  );
}
