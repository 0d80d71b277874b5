/**
 * The few checks that Block Kit's rules are made of. Faults read as Slack words them in `response_metadata.messages`
 * (`must be less than 76 characters [json-pointer:/view/blocks/2/element/options/0/text/text]`): apps' logs and
 * searches depend on the wording.
 */
import type { Limit } from './limits.ts';

/** Looks at one value, found at a JSON pointer; adds a line to `faults` for each thing that is wrong. */
export type Check = (value: unknown, at: string, faults: string[]) => void;

export const say = (faults: string[], what: string, at: string): void => void faults.push(`${what} [json-pointer:${at}]`);

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A string of `min` to `limit.max` characters. */
export function string(limit?: Limit, min = 1): Check {
  return (value, at, faults) => {
    if (typeof value !== 'string') return void say(faults, 'must provide a string', at);
    if (value.length < min) say(faults, `must be more than ${min - 1} characters`, at);
    if (limit && value.length > limit.max) say(faults, `must be less than ${limit.max + 1} characters`, at);
  };
}

export const boolean: Check = (value, at, faults) => {
  if (typeof value !== 'boolean') say(faults, 'must provide a boolean', at);
};

export const anything: Check = () => {};

/** A whole number within the bounds, both included. */
export function integer(min: number, max: number): Check {
  return (value, at, faults) => {
    if (!Number.isInteger(value)) return void say(faults, 'must provide an integer', at);
    if ((value as number) < min) say(faults, `must be greater than or equal to ${min}`, at);
    if ((value as number) > max) say(faults, `must be less than or equal to ${max}`, at);
  };
}

export function oneOf(...words: string[]): Check {
  return (value, at, faults) => {
    if (!words.includes(value as string)) say(faults, `must be a valid enum value: ${words.join(', ')}`, at);
  };
}

/** A list of `min` to `limit.max` items. */
export function list(item: Check, limit: { max: number }, min = 1): Check {
  return (value, at, faults) => {
    if (!Array.isArray(value)) return void say(faults, 'must provide an array', at);
    if (value.length < min) say(faults, `no fewer than ${min} items allowed`, at);
    if (value.length > limit.max) return void say(faults, `no more than ${limit.max} items allowed`, at);
    for (const [index, entry] of value.entries()) item(entry, `${at}/${index}`, faults);
  };
}

/** An object with these fields and no others; `whole` looks at what no single field tells. */
export function object(required: Record<string, Check>, optional: Record<string, Check> = {}, whole?: Check): Check {
  const known: Record<string, Check> = { ...required, ...optional };
  return (value, at, faults) => {
    if (!isObject(value)) return void say(faults, 'must provide an object', at);
    for (const name of Object.keys(required)) {
      if (value[name] === undefined || value[name] === null) say(faults, `missing required field: ${name}`, at);
    }
    for (const [name, field] of Object.entries(value)) {
      const check = Object.hasOwn(known, name) ? known[name] : undefined;
      if (!check) say(faults, `invalid additional property: ${name}`, at);
      else if (field !== undefined && field !== null) check(field, `${at}/${name}`, faults);
    }
    whole?.(value, at, faults);
  };
}

/** An object whose `type` names the check for it. */
export function byType(types: Record<string, Check>): Check {
  return (value, at, faults) => {
    if (!isObject(value)) return void say(faults, 'must provide an object', at);
    if (typeof value.type !== 'string') return void say(faults, 'missing required field: type', at);
    const check = Object.hasOwn(types, value.type) ? types[value.type] : undefined;
    if (!check) return void say(faults, `unsupported type: ${value.type}`, `${at}/type`);
    check(value, at, faults);
  };
}
