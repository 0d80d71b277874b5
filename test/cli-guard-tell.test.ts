import { differences, guardsIn, resultLines } from '../cli/guard-tell.ts';
import type { Result } from '../cli/guard-work.ts';
import { NO_POLICY, withStatements } from '../src/domain/bucket-policy.ts';
import { guardFor } from '../src/domain/guard.ts';
import { policyDifference } from '../src/domain/guard-lines.ts';

const ROLE = 'arn:aws:iam::111122223333:role/deleter';
const BOB = 'arn:aws:iam::111122223333:user/bob';
const foreign = (Sid: string) => ({ Sid, Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::x/*' });

/** A bucket that is to have a guard beside these statements, in the place of those. */
function planned(bucket: string, principals = [BOB], stays: object[] = [], goes: object[] = []): Result {
  const { statements, bucket: _, ...guard } = guardFor({ bucket, level: 'hardened', principals, approvers: ['alice'] });
  const [before, after] = [
    [...stays, ...goes],
    [...stays, ...statements],
  ].map((all) =>
    withStatements(
      NO_POLICY,
      all.map((one) => ({ ...one })),
    ),
  );
  const changes = before && after ? policyDifference(before, after) : [];
  return { bucket, region: 'us-east-1', state: 'planned', guard, changes };
}

const count = (text: string, what: string) => text.split(what).length - 1;

describe('what the guard command tells', () => {
  it('shows each guard once in full where there are many buckets, and of the others what is their own', () => {
    const many = [
      ...Array.from({ length: 6 }, (_, n) => planned(`alike-${n}`)),
      planned('kept', [BOB], [foreign('Readers'), foreign('Writers')]),
      { ...planned('replaced', [BOB], [], [foreign('Old')]), waysRound: ['Versioning was never on.'], notes: ['Not looked up.'] },
      planned('other', [ROLE]),
    ];
    const text = differences(many, 'plan');
    expect(guardsIn(many)).toBe(2);
    expect(count(text, '"Sid": "InterlockGuardPrincipal"')).toBe(2);
    expect(count(text, `hardened; ${BOB}, with a code`)).toBe(1);
    expect(text).toContain(`other (us-east-1): the guard would be put on: hardened; ${ROLE} in a session of alice, with a code\n+ {`);
    expect(text).toContain('The same on 7 more:\nalike-1 (us-east-1)\nalike-2 (us-east-1)\n');
    expect(text).toContain('kept (us-east-1): 2 statements stay\n');
    expect(text).toMatch(
      /replaced \(us-east-1\)\n {2}Not looked up\.\n {2}goes round it: Versioning was never on\.\n- \{\n- {3}"Sid": "Old"/,
    );
    for (const { bucket } of many) expect(count(text, `${bucket} (`)).toBe(1);
    expect(many.flatMap((result) => resultLines(result, 'plan'))).toEqual([]);
  });

  it('shows every bucket in full where there are few', () => {
    const text = differences([planned('one'), planned('two', [BOB], [foreign('Readers')])], 'plan');
    expect(count(text, '"Sid": "InterlockGuardPrincipal"')).toBe(2);
    expect(text).toContain('  statement “Readers” stays\n');
  });

  it('says of a whole guard who can delete the bucket, and of any other whom it names', () => {
    const there: Result['there'] = { level: 'hardened', principals: [ROLE, BOB], approvers: ['alice'] };
    const of = (whole: boolean, more: Partial<Result> = { there }) =>
      resultLines({ bucket: 'b', state: 'checked', check: { whole, present: 'there' in more, findings: [] }, ...more }, 'check');
    expect(of(true)).toEqual([`b: the guard is whole: hardened; ${ROLE} in a session of alice, or ${BOB}, with a code`]);
    expect(of(false)).toEqual([`b: the guard is not whole; its statements make a hardened one for ${ROLE}, ${BOB}`]);
    expect(of(false, {})).toEqual(['b: not guarded']);
  });
});
