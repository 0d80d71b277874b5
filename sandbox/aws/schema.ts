import { NormalizedSchema } from '@smithy/core/schema';

/**
 * An operation's schema, taken apart. SDK v3 exports it (`DeleteBucket$`) as `[9, namespace, name, traits, input, output]`;
 * a structure is `[3, namespace, name, traits, member names, member schemas, number of required members]`, required ones first.
 */
export interface OperationShape {
  name: string;
  input: NormalizedSchema;
  output: NormalizedSchema;
  /** Members that must be there. */
  required: string[];
  /** `http` trait; only restXml's operations have one. */
  http?: { method: string; path: string; statics: [string, string | undefined][]; status: number };
}

const shapes = new WeakMap<object, OperationShape>();

/** Takes an operation's schema apart; throws where it is no such schema. */
export function shapeOf(schema: unknown): OperationShape {
  if (!Array.isArray(schema) || schema[0] !== 9) throw new TypeError('not an operation schema of the AWS SDK');
  const known = shapes.get(schema);
  if (known) return known;
  const [, , name, traits, input, output] = schema;
  const http = typeof traits === 'object' && traits?.http ? parseHttp(traits.http) : undefined;
  const shape: OperationShape = {
    name,
    input: NormalizedSchema.of(input),
    output: NormalizedSchema.of(output),
    required: requiredMembers(input),
    ...(http && { http }),
  };
  shapes.set(schema, shape);
  return shape;
}

function requiredMembers(ref: unknown): string[] {
  const schema = typeof ref === 'function' ? ref() : ref;
  return Array.isArray(schema) && schema[0] === 3 ? schema[4].slice(0, schema[6] ?? 0) : [];
}

function parseHttp([method, uri, status]: [string, string, number]): OperationShape['http'] {
  const [path = '/', search = ''] = uri.split('?');
  const statics = search
    .split('&')
    .filter(Boolean)
    .map((pair): [string, string | undefined] => {
      const [key = '', value] = pair.split('=');
      return [key, value];
    });
  return { method, path, statics, status };
}
