/**
 * Is this bucket's guard whole? Each of the guard's statements is compared with what stands in its place, in the cases in which guards can differ:
 * what decides alike is no finding, however it is written.
 */
import { type AnyStatement, type BucketPolicy, covers, sameMeaning, statementName } from './bucket-policy.ts';
import { denialBy } from './denials.ts';
import { type Guard, guardActions } from './guard.ts';
import { answers, casesFor, type Deny, readDeny } from './guard-cases.ts';
import { differences, furtherActions } from './guard-differences.ts';
import { guardSid } from './guard-merge.ts';
import { PLAIN_BOOL, plainBool, recipeIn } from './guard-recipe.ts';

export type FindingKind =
  /** A statement of the guard is not there, or the whole guard. */
  | 'missing'
  /** It is there, and lets somebody through whom it has to deny. */
  | 'weakened'
  /** It is there, and denies an approved principal too. */
  | 'lockedOut'
  /** The guard is the form that AWS Support wrote. */
  | 'outdated'
  /** It denies more than it has to; the approved get through. */
  | 'wider'
  /** Somebody else's statement that meets the guard: it may deny the deletion, or bears a name of the guard's. */
  | 'foreign';

export interface Finding {
  kind: FindingKind;
  /** What the statement is called: its Sid in quotes, or its place; null for the guard as a whole. */
  statement: string | null;
  /** What was found, without the mend: that is to put the guard on again, whatever was found. */
  sentence: string;
}

export interface GuardCheck {
  /** Nobody but the approved gets through, and they do: there are no findings but of the kinds `wider` and `foreign`. */
  whole: boolean;
  /** Is there a guard of any kind, whole or not? */
  present: boolean;
  findings: Finding[];
}

interface Found {
  statement: AnyStatement;
  name: string;
  /** The Sid, where it is one of the guard's own. */
  sid: string | undefined;
  /** The guard's statement that it says the same as. */
  copyOf: string | undefined;
}

/**
 * Compares a bucket's policy with the guard that it should hold. Other statements are named where they meet it, and add nothing to it: whoever
 * wrote them may take them away.
 */
export function checkGuard(policy: BucketPolicy, guard: Guard): GuardCheck {
  const recipe = recipeIn(policy, guard.bucket);
  const statements = policy.statements.map((statement, index): Found => {
    const same = recipe?.indexes.includes(index) ? undefined : guard.statements.find((one) => sameMeaning({ ...one }, statement));
    return { statement, name: statementName(statement, index), sid: guardSid(statement), copyOf: same?.Sid };
  });
  const present = statements.some(({ sid, copyOf }) => sid !== undefined || copyOf === 'InterlockGuardPrincipal') || recipe !== undefined;
  const findings = [
    ...(recipe ? recipeFindings(recipe.faults, guard) : []),
    ...(present ? [] : [finding('missing', null, 'The bucket has no guard: whoever may delete buckets can delete it.')]),
    ...(statements.some(({ sid, copyOf }) => sid ?? copyOf) ? guardFindings(statements, guard) : []),
    ...statements.flatMap((one, index) => (recipe?.indexes.includes(index) ? [] : foreignFindings(one, index, guard.bucket))),
  ];
  return { whole: findings.every(({ kind }) => kind === 'wider' || kind === 'foreign'), present, findings };
}

const finding = (kind: FindingKind, statement: string | null, sentence: string): Finding => ({ kind, statement, sentence });

function recipeFindings(faults: string[], guard: Guard): Finding[] {
  const more = guardActions(guard.level).filter(({ level }) => level === 'hardened');
  return [
    'The guard is as AWS Support wrote it in 2016, with NotPrincipal, which AWS advises against.',
    ...faults,
    ...(more.length > 0 ? [`It denies the deletion, and not ${more.map(({ action }) => action).join(', ')}.`] : []),
  ].map((sentence) => finding('outdated', null, sentence));
}

function guardFindings(statements: Found[], guard: Guard): Finding[] {
  const counted = statements.filter(({ sid, copyOf }) => sid ?? copyOf);
  const isThere = ({ Sid }: { Sid: string }) => counted.some(({ sid, copyOf }) => sid === Sid && copyOf === Sid);
  if (counted.every(({ sid, copyOf }) => sid === copyOf || !sid) && guard.statements.every(isThere)) return [];
  const read = (statement: AnyStatement) => readDeny(statement, guard.bucket, guardActions(guard.level));
  const own = guard.statements.map((one): AnyStatement => ({ ...one }));
  const expected = own.map(read);
  const kindOf = comparison(expected, guard, [...own, ...counted.map(({ statement }) => statement)]);
  const found = guard.statements.flatMap(({ Sid }, index) => {
    const named = counted.filter(({ sid }) => sid === Sid);
    const place = named.length > 0 ? named : counted.filter(({ copyOf }) => copyOf === Sid);
    const others = expected.filter((_, other) => other !== index);
    const asItIs = place.length > 0 && place.every(({ copyOf }) => copyOf === Sid);
    const kind = asItIs ? undefined : kindOf([...others, ...place.map(({ statement }) => read(statement))]);
    return placeFindings(Sid, own[index] ?? {}, place, kind, guard);
  });
  const strays = counted.filter(({ sid }) => sid && !guard.statements.some(({ Sid }) => Sid === sid));
  for (const { statement, name } of strays) {
    const kind = kindOf([...expected, read(statement)]);
    if (kind) found.push(finding(kind, name, `Statement ${name} is none of this guard's, and denies more than it has to.`));
  }
  // Several changes may open together what each by itself leaves shut.
  const together = kindOf(counted.map(({ statement }) => read(statement)));
  if (found.every(({ kind }) => kind === 'wider' || kind === 'foreign') && together && together !== 'wider') {
    const what = together === 'weakened' ? 'let others through' : 'deny the approved too';
    found.push(finding(together, null, `The guard's statements, each changed a little, together ${what}.`));
  }
  return found;
}

/** The findings on one of the guard's statements; `kind` is how what stands in its place decides otherwise, undefined where it doesn't. */
function placeFindings(sid: string, expected: AnyStatement, place: Found[], kind: FindingKind | undefined, { bucket }: Guard): Finding[] {
  if (place.length === 0) return kind ? [finding('missing', `“${sid}”`, `Statement “${sid}” is missing: ${MISSING[sid]}.`)] : [];
  return place.flatMap(({ statement, name, sid: own }) => {
    if (!own) return [finding('foreign', name, `Statement ${name} says what “${sid}” has to, and is not known by its name.`)];
    const covered = { bucket: covers(statement, bucket, 'bucket'), objects: covers(statement, bucket, 'objects') };
    const changed = kind ? differences(expected, statement, covered).map((what) => finding(kind, name, `Statement ${name} ${what}`)) : [];
    const further = furtherActions(expected, statement);
    if (further === undefined) return changed;
    return [...changed, finding('wider', name, `Statement ${name} also denies ${further}, more than this guard has to.`)];
  });
}

const MISSING: Record<string, string> = {
  InterlockGuardPrincipal: 'whoever may delete buckets can delete this one, with MFA where it asks for it',
  InterlockGuardApprover: "a session of the role needs no approver's name",
  InterlockGuardMfa: 'a key alone, without a code, is enough',
  // IAM User Guide, "Request temporary security credentials": a session of GetSessionToken lasts 36 hours at most.
  InterlockGuardMfaAge: 'a session may delete for up to 36 hours after its code',
};

/**
 * How Denies decide otherwise than the guard's, at worst; undefined where they don't. What would take too long to compare counts as weakened.
 * @param statements all that may be asked about
 */
function comparison(expected: Deny[], guard: Guard, statements: AnyStatement[]): (found: Deny[]) => FindingKind | undefined {
  const actions = guardActions(guard.level);
  const cases = casesFor(guard, statements)?.map((one) => ({ one, before: answers(expected, one, actions) }));
  if (!cases) return () => 'weakened';
  return (found) => {
    let worst: FindingKind | undefined;
    for (const { one, before } of cases) {
      for (const [index, now] of answers(found, one, actions).entries()) {
        if (before[index] === 'denied' && now !== 'denied') return 'weakened';
        if (before[index] === 'open' && now !== 'open' && worst !== 'lockedOut') worst = one.approved ? 'lockedOut' : 'wider';
      }
    }
    return worst;
  };
}

/** Statements that are not the guard's: those that bear one of its names, and those that may deny the deletion. */
function foreignFindings({ statement, name, sid, copyOf }: Found, index: number, bucket: string): Finding[] {
  if (sid ?? copyOf) return [];
  const denial = denialBy(statement, index, bucket);
  return [
    ...(isNamedAsGuard(statement) ? [finding('foreign', name, `Statement ${name} bears a name of the guard's, and is none of it.`)] : []),
    ...(denial ? [finding('foreign', name, denial)] : []),
    ...(denial && plainBool(statement) ? [finding('foreign', name, `Statement ${name} ${PLAIN_BOOL}`)] : []),
  ];
}

const isNamedAsGuard = ({ Sid }: AnyStatement): boolean => typeof Sid === 'string' && Sid.startsWith('InterlockGuard');
