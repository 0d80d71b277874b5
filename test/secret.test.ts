import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { format, inspect } from 'node:util';
import { serialize } from 'node:v8';
import { Logger } from '@aws-lambda-powertools/logger';
import fc from 'fast-check';
import { Secret } from '../src/secret.ts';

const VALUE = 'hunter2-138502';
const secret = new Secret(VALUE);

/** What a console writes. */
function consoled(write: (console: Console) => void): string {
  let text = '';
  const stream = new Writable({
    write(chunk, _, done) {
      text += chunk;
      done();
    },
  });
  write(new Console(stream, stream));
  return text;
}

/** Every way in which a value finds its way into text by accident. */
const WAYS: [string, (value: unknown) => string][] = [
  ['a template', (value) => `${value}`],
  ['String()', (value) => String(value)],
  ['adding to text', (value) => 'it is '.concat(value as string)],
  ['joining a list', (value) => [value].join()],
  ['JSON', (value) => JSON.stringify(value)],
  ['JSON of what holds it', (value) => JSON.stringify({ deep: [{ value }] })],
  ['util.inspect', (value) => inspect(value)],
  ['util.inspect of what holds it', (value) => inspect({ deep: [new Map([['a', value]])] }, { depth: 9 })],
  ['util.inspect of all there is', (value) => inspect(value, { showHidden: true, showProxy: true, getters: true })],
  ['util.inspect without its own say', (value) => inspect(value, { customInspect: false, showHidden: true })],
  ['util.format', (value) => format('%s %o %O %j %d %i', value, value, value, value, value, value)],
  ['console.log', (value) => consoled((console) => console.log(value, '%s', { value }))],
  ['console.error', (value) => consoled((console) => console.error(value))],
  ['console.table', (value) => consoled((console) => console.table([{ value }]))],
  ['console.dir', (value) => consoled((console) => console.dir(value, { showHidden: true }))],
  ["an error's message", (value) => inspect(new Error(`refused: ${value}`))],
  ["an error's cause", (value) => inspect(new Error('refused', { cause: value }))],
  ["an error's member", (value) => inspect(Object.assign(new Error('refused'), { value }))],
  ['its names and values', (value) => JSON.stringify([Object.entries(value as object), Reflect.ownKeys(value as object)])],
  ['a copy', (value) => JSON.stringify({ ...(value as object) })],
  ['a structured clone', (value) => inspect(structuredClone(value), { showHidden: true })],
  ['serialising', (value) => serialize(value).toString('latin1')],
  ["the functions' logger", (value) => logged({ value })],
];

/** What the functions' logger writes. */
function logged(extra: Record<string, unknown>): string {
  const { write } = process.stdout;
  let text = '';
  process.stdout.write = (chunk: unknown) => {
    text += String(chunk);
    return true;
  };
  try {
    new Logger({ serviceName: 'test' }).info('told', extra);
  } finally {
    process.stdout.write = write;
  }
  return text;
}

describe('a secret', () => {
  it('would show in the log, were it not one', () => {
    expect(logged({ value: VALUE })).toContain(VALUE);
  });

  test.each(WAYS)('does not show in %s', (_, write) => {
    expect(write(secret)).not.toMatch(/hunter2|138502/);
  });

  test.each(WAYS.slice(0, 8))('shows as [secret] in %s', (_, write) => {
    expect(write(secret)).toContain('[secret]');
  });

  it('is given by reveal alone', () => {
    fc.assert(fc.property(fc.string(), (value) => new Secret(value).reveal() === value));
  });
});
