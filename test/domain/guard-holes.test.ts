import type { AnyStatement } from '../../src/domain/bucket-policy.ts';
import { checkGuard } from '../../src/domain/guard-check.ts';
import { BOB, guardOf, ROLE } from '../helpers/guard-callers.ts';
import { policyOf } from '../helpers/guard-statements.ts';

const GUARD = guardOf('mixed', 'hardened');
const own = GUARD.statements.map((one): AnyStatement => ({ ...one }));

/** The guard, its exceptions for principals written with this operator, and more of them. */
const letsThrough = (operator: string, ...more: string[]) =>
  own.map(({ Condition, ...one }) => {
    const { ArnNotEquals: names, ...rest } = Condition as Record<string, Record<string, string[]>>;
    return names
      ? { ...one, Condition: { ...rest, [operator]: { 'aws:PrincipalArn': [names['aws:PrincipalArn'] ?? [], more].flat() } } }
      : { ...one, Condition };
  });
/** The guard with a further condition in each statement. */
const everywhere = (condition: object) => own.map((one) => ({ ...one, Condition: { ...(one.Condition as object), ...condition } }));
/** Whom one would try in place of everybody. */
const STRANGERS = ['111122223333', '000000000000'].flatMap((account) =>
  ['root', 'user/somebody-else', 'role/somebody-else'].map((who) => `arn:aws:iam::${account}:${who}`),
);

describe('a guard that somebody changed a little', () => {
  it.each<[string, readonly object[]]>([
    ...[
      'arn:aws:iam::*:role/admin',
      'arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*',
      'arn:aws:iam::111122223333:*/admin',
      'arn:aws:iam::111122223333:?ser/admin',
      'arn:aws:iam::11112222333?:user/admin',
      'arn:aws*:iam::111122223333:user/admin',
      'arn:aws:iam::*',
      '*',
      'arn:aws:sts::111122223333:federated-user/eve',
      'arn:aws:sts::111122223333:*',
    ].map((arn): [string, readonly object[]] => [`lets ${arn} through`, letsThrough('ArnNotEquals', arn)]),
    ['lets whoever is called so through', letsThrough('StringNotLike', '*admin')],
    ['folds case', letsThrough('StringNotEqualsIgnoreCase')],
    ['is about no other account', everywhere({ StringNotEqualsIfExists: { 'aws:PrincipalAccount': '444455556666' } })],
    ['is about accounts of a pattern', everywhere({ StringLikeIfExists: { 'aws:PrincipalAccount': '*0*' } })],
    ['is about those alone whom one would try', everywhere({ ArnLikeIfExists: { 'aws:PrincipalArn': [ROLE, BOB, ...STRANGERS] } })],
    ['is about names of a pattern', everywhere({ StringLikeIfExists: { 'aws:SourceIdentity': '*e*' } })],
    ...['arn:aws:s3:*:team-x', 'arn:*:team-x', 'arn:aws:s3*team-x', '*:team-x'].map((Resource): [string, readonly object[]] => [
      `reaches ${Resource}`,
      own.map((one) => ({ ...one, Resource: [Resource, 'arn:aws:s3:::team-x/*'] })),
    ]),
    ['has a condition of no values', everywhere({ StringNotEquals: { 'aws:SourceIdentity': [] } })],
    ['excepts everybody', own.map(({ Principal: _, ...one }) => ({ ...one, NotPrincipal: { AWS: '*' } }))],
    ['excepts a service', own.map(({ Principal: _, ...one }) => ({ ...one, NotPrincipal: { Service: 'ec2.amazonaws.com' } }))],
    [
      'asks for an age that is no number',
      own.map((one, index) => (index === 3 ? { ...one, Condition: { NumericGreaterThan: { 'aws:MultiFactorAuthAge': '0xE10' } } } : one)),
    ],
  ])('is not whole where it %s', (_, statements) => {
    const found = checkGuard(policyOf({ Statement: statements }), GUARD);
    expect(found.whole).toBe(false);
    expect(found.findings.length).toBeGreaterThan(0);
  });
});
