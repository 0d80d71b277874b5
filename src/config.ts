/**
 * The configuration of a stage: `config/<stage>.yml`, checked when packaging and at cold start.
 * All faults are told at once, each with its line and its mend.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Document, isMap, LineCounter, parseDocument, visit, type YAMLParseError } from 'yaml';
import type * as z from 'zod';
import { check, type Fault } from './config-checks.ts';
import { configSchema, type RawConfig } from './config-schema.ts';
import type { Config } from './domain/configuration.ts';
import { ConfigError } from './errors.ts';

export type { Approver, Config, Rule } from './domain/configuration.ts';

/**
 * Reads and checks a configuration file.
 * @param path the file; absent, `INTERLOCK_CONFIG`, relative to the function's root where there is one. Throws ConfigError.
 */
export function loadConfig(path: string | undefined = process.env.INTERLOCK_CONFIG): Config {
  if (!path) throw new ConfigError('INTERLOCK_CONFIG is not set; it names the configuration file, as in config/sandbox.yml.');
  let text: string;
  try {
    // Lambda Developer Guide, "Defined runtime environment variables": LAMBDA_TASK_ROOT is where the function's code lies.
    text = readFileSync(resolve(process.env.LAMBDA_TASK_ROOT ?? '.', path), 'utf8');
  } catch (cause) {
    throw new ConfigError(`${path} can't be read (${(cause as NodeJS.ErrnoException).code}); a stage needs its configuration file.`, {
      cause,
    });
  }
  return parseConfig(text, path);
}

/**
 * Checks the text of a configuration. Throws ConfigError with a line for each fault: `<file>:<line>: <member> <fault; mend>`.
 * @param fileName what the faults call the file
 */
export function parseConfig(text: string, fileName: string): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineOf = (position: number) => lines.linePos(position).line;
  const fail = (faults: { line: number; message: string }[]): never => {
    const sorted = [...faults].sort((a, b) => a.line - b.line);
    throw new ConfigError(sorted.map(({ line, message }) => `${fileName}:${line}: ${message}`).join('\n'));
  };
  if (document.errors.length > 0) fail(syntaxFaults(document.errors, text).map(({ at, message }) => ({ line: lineOf(at), message })));
  const tell = (faults: Fault[]) =>
    fail(faults.map(({ path, message }) => ({ line: lineOf(positionOf(document, path)), message: `${nameOf(path)}${message}` })));

  // An alias is read when it is resolved only, and then without its place.
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document)) return;
      fail([{ line: lineOf(alias.range?.[0] ?? 0), message: 'this alias (*name) has no anchor before it; write the value itself' }]);
    },
  });
  const parsed = configSchema.safeParse(document.toJS());
  if (!parsed.success) return tell(parsed.error.issues.flatMap(faultsOf));
  const config = configOf(parsed.data);
  const faults = check(config);
  return faults.length > 0 ? tell(faults) : config;
}

/**
 * What to tell of a text that is no YAML. Keys that stand twice are each a fault of their own; of what can't be read at all only the
 * first is told, since those after it mostly follow from it.
 */
function syntaxFaults(errors: YAMLParseError[], text: string): { at: number; message: string }[] {
  const [first] = errors.filter(({ code }) => code !== 'DUPLICATE_KEY').sort((a, b) => a.pos[0] - b.pos[0]);
  if (first) {
    // What stands in the file may be a secret in the wrong place: messages that quote it lose the quotation.
    const what = first.code === 'MULTIPLE_DOCS' ? 'a second document begins here; keep one' : first.message.replace(/: ".*$/s, '');
    return [{ at: first.pos[0], message: `is no YAML that can be read: ${what}` }];
  }
  return errors.map(({ pos: [at] }) => {
    const key = /^["']?([\w.-]{1,40})/.exec(text.slice(at))?.[1];
    return { at, message: `${key ?? 'a key'} stands twice in the same place; keep one of them` };
  });
}

function configOf(raw: RawConfig): Config {
  const { maxSession, approvers, rules, slack, archive, ...rest } = raw;
  const { operatorsChannel, ...ids } = slack;
  return {
    ...rest,
    slack: { ...ids, ...(operatorsChannel && { operatorsChannel }) },
    ...(archive && { archive }),
    maxSessionSeconds: maxSession,
    approvers: Object.fromEntries(Object.entries(approvers).map(([name, approver]) => [name, { name, ...approver }])),
    rules: rules.map(({ window, requesters, refuseIf, ...rule }) => ({
      ...rule,
      ...(requesters && { requesters }),
      ...(refuseIf && { refuseIf }),
      windowSeconds: window,
    })),
  };
}

function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  const path = issue.path as (string | number)[];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: 'is not known here; check its spelling and its place, or remove it',
    }));
  }
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => ({ path, message: `: ${message}` }));
  return [{ path, message: issue.message }];
}

/** Where a member stands in the text: its key, or the nearest thing around it that is there. */
function positionOf(document: Document.Parsed, path: (string | number)[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const parent = document.getIn(path.slice(0, depth - 1), true);
    const last = path[depth - 1];
    const key = isMap(parent)
      ? parent.items.find((item) => String(item.key) === String(last))?.key
      : document.getIn(path.slice(0, depth), true);
    const range = (key as { range?: [number, number, number] } | undefined)?.range;
    if (range) return range[0];
  }
  return 0;
}

/** `approvers.alice.mfaSerial `, `rules[2].buckets `; nothing for the file as a whole. */
function nameOf(path: (string | number)[]): string {
  if (path.length === 0) return 'the configuration ';
  return `${path.map((part, depth) => (typeof part === 'number' ? `[${part}]` : depth ? `.${part}` : part)).join('')} `;
}
