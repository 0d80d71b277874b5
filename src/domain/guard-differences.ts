/** How a statement of the guard differs from what it should be, in words. Others' text is repeated where it is plainly what it should be, else counted. */
import { type AnyStatement, type Clause, clausesOf, folded, isAboutAll, speaksOfAction, strings } from './bucket-policy.ts';
import { GUARD_ACTIONS } from './guard.ts';
import { PLAIN_BOOL, plainBool } from './guard-recipe.ts';

/**
 * What is otherwise, each as the rest of a sentence that begins with the statement's name.
 * @param covered whether the statement found reaches the bucket, and all of its objects
 */
export function differences(expected: AnyStatement, found: AnyStatement, covered: { bucket: boolean; objects: boolean }): string[] {
  const asked = GUARD_ACTIONS.filter(({ action }) => speaksOfAction(expected, action));
  const open = asked.filter(({ action }) => !speaksOfAction(found, action)).map(({ action }) => action);
  const unreached = (['bucket', 'objects'] as const).filter((what) => !covered[what] && asked.some(({ on }) => on === what));
  return [
    ...(isAboutAll(found) ? [] : ['is about some principals only, where it has to be about all.']),
    ...(open.length > 0 ? [`does not deny ${open.join(', ')}.`] : []),
    ...unreached.map((what) => `does not reach ${what === 'bucket' ? 'the bucket itself' : "all of the bucket's objects"}.`),
    ...(plainBool(found) ? [PLAIN_BOOL] : conditionDifferences(clausesOf(expected), clausesOf(found))),
  ];
}

function conditionDifferences(expected: Clause[], found: Clause[]): string[] {
  const same = (a: Clause) => (b: Clause) => a.operator === b.operator && a.key === b.key;
  const lacking = expected.filter((one) => !found.some(same(one)));
  const extra = found.filter((one) => !expected.some(same(one)));
  const changed = lacking.filter(({ key }) => extra.some((one) => one.key === key));
  return [
    ...changed.map(({ key }) => `has another condition on ${shown(key)} than it should.`),
    ...lacking.filter((one) => !changed.includes(one)).map(({ key }) => `lacks its condition on ${shown(key)}.`),
    ...extra
      .filter(({ key }) => !changed.some((one) => one.key === key))
      .map(({ key }) => `holds only under a further condition, on ${shown(key)}.`),
    ...expected.flatMap((one) => found.filter(same(one)).flatMap((other) => valueDifferences(one, other))),
  ];
}

function valueDifferences({ operator, key, values }: Clause, { values: found }: Clause): string[] {
  const missing = values.filter((value) => !found.includes(value));
  const added = found.filter((value) => !values.includes(value));
  if (missing.length === 0 && added.length === 0) return [];
  if (!operator.includes('not')) return [`asks ${shown(key)} for ${list(found)}, where it has to be ${list(values)}.`];
  return [
    ...(added.length > 0 ? [`lets ${list(added)} through too.`] : []),
    ...(missing.length > 0 ? [`does not let ${list(missing)} through.`] : []),
  ];
}

/** Actions that a statement names and the guard's does not, as text; undefined where there are none. */
export function furtherActions(expected: AnyStatement, found: AnyStatement): string | undefined {
  if (found.NotAction !== undefined) return `all but ${list(strings(found.NotAction))}`;
  const known = strings(expected.Action).map(folded);
  const further = strings(found.Action).filter((action) => !known.includes(folded(action)));
  return further.length > 0 ? list(further) : undefined;
}

/** How many of others' values are shown. */
const SHOWN = 5;

function list(values: string[]): string {
  const more = values.length > SHOWN ? ` and ${values.length - SHOWN} more` : '';
  return `${values.slice(0, SHOWN).map(shown).join(', ') || 'nothing'}${more}`;
}

/** A name, a key or an ARN as it stands; anything else says more than that, and is not repeated. */
const shown = (text: string): string => (/^[\w:/.+=,@*?-]{1,200}$/.test(text) ? text : 'something else');
