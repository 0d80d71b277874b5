/** A packaged CloudFormation template: its intrinsic functions resolved, its resources made in the order that they need each other. */

// biome-ignore lint/suspicious/noExplicitAny: CloudFormation's properties are JSON of many shapes
export type Json = any;

export interface Template {
  Parameters?: Record<string, { Default?: unknown }>;
  Conditions?: Record<string, Json>;
  Resources: Record<string, { Type: string; Properties?: Json; Condition?: string; DependsOn?: string | string[] }>;
}

/** What a resource is to others: `Ref` and the attributes for `Fn::GetAtt`. */
export interface Created {
  ref: string;
  attributes?: Record<string, string>;
}

export interface TemplateOptions {
  account: string;
  region: string;
  stackName: string;
  /** Makes one resource, its properties resolved. */
  create(resource: { id: string; type: string; properties: Json }): Created | Promise<Created>;
}

/** `AWS::NoValue`: the member that holds it is left out. */
const NO_VALUE = Symbol('AWS::NoValue');

/**
 * Makes every resource of the template. Throws an Error that names the logical id: for a type that `create` doesn't know,
 * a reference to nothing, an intrinsic function that isn't served here, resources that wait for each other.
 */
export async function createStack(template: Template, options: TemplateOptions): Promise<Map<string, Created>> {
  const stack = new Stack(template, options);
  for (const id of Object.keys(template.Resources)) if (stack.wanted(id)) await stack.resource(id, []);
  return stack.created;
}

class Stack {
  readonly created = new Map<string, Created>();
  readonly #template: Template;
  readonly #options: TemplateOptions;

  constructor(template: Template, options: TemplateOptions) {
    this.#template = template;
    this.#options = options;
  }

  wanted(id: string): boolean {
    const condition = this.#template.Resources[id]?.Condition;
    return condition === undefined || this.#condition(condition);
  }

  /** `path`: the resources that wait for this one. */
  async resource(id: string, path: string[]): Promise<Created> {
    const made = this.created.get(id);
    if (made) return made;
    const definition = this.#template.Resources[id];
    if (!definition) throw new Error(`${path.at(-1) ?? 'the template'} refers to ${id}, which isn't there`);
    if (path.includes(id)) throw new Error(`resources wait for each other: ${[...path.slice(path.indexOf(id)), id].join(' → ')}`);
    const inside = [...path, id];
    for (const other of [definition.DependsOn ?? []].flat()) if (this.wanted(other)) await this.resource(other, inside);
    const properties = await this.#resolve(definition.Properties ?? {}, inside);
    const created = await this.#options.create({ id, type: definition.Type, properties });
    this.created.set(id, created);
    return created;
  }

  async #resolve(node: Json, path: string[]): Promise<Json> {
    if (Array.isArray(node)) {
      const items = await this.#each(node, path);
      return items.filter((item) => item !== NO_VALUE);
    }
    if (node === null || typeof node !== 'object') return node;
    const entries = Object.entries<Json>(node);
    const [name, argument] = entries[0] ?? [];
    if (entries.length === 1 && name !== undefined && (name === 'Ref' || name.startsWith('Fn::')))
      return this.#intrinsic(name, argument, path);
    const members: [string, Json][] = [];
    for (const [key, value] of entries) {
      const resolved = await this.#resolve(value, path);
      if (resolved !== NO_VALUE) members.push([key, resolved]);
    }
    return Object.fromEntries(members);
  }

  /** One after the other, so that a circle is found as one. */
  async #each(nodes: Json[], path: string[]): Promise<Json[]> {
    const items: Json[] = [];
    for (const node of nodes) items.push(await this.#resolve(node, path));
    return items;
  }

  async #intrinsic(name: string, argument: Json, path: string[]): Promise<Json> {
    switch (name) {
      case 'Ref':
        return this.#ref(argument, path);
      case 'Fn::GetAtt': {
        const [id, ...attribute] = typeof argument === 'string' ? argument.split('.') : argument;
        return this.#attribute(id, attribute.join('.'), path);
      }
      case 'Fn::Sub':
        return this.#sub(argument, path);
      case 'Fn::Join': {
        const [separator, list] = argument;
        return (await this.#resolve(list, path)).join(separator);
      }
      case 'Fn::Split': {
        const [separator, text] = argument;
        return (await this.#resolve(text, path)).split(separator);
      }
      case 'Fn::Select': {
        const [index, list] = await this.#each(argument, path);
        return list[Number(index)];
      }
      case 'Fn::If': {
        const [condition, yes, no] = argument;
        return this.#resolve(this.#condition(condition) ? yes : no, path);
      }
      default:
        throw new Error(`${path.at(-1)}: the sandbox doesn't resolve ${name}`);
    }
  }

  async #ref(name: string, path: string[]): Promise<string | symbol> {
    if (name === 'AWS::NoValue') return NO_VALUE;
    return this.#pseudo(name) ?? this.#parameter(name) ?? (await this.resource(name, path)).ref;
  }

  async #attribute(id: string, attribute: string, path: string[]): Promise<string> {
    const value = (await this.resource(id, path)).attributes?.[attribute];
    if (value === undefined)
      throw new Error(`${path.at(-1)}: ${id} (${this.#template.Resources[id]?.Type}) has no attribute ${attribute} in the sandbox`);
    return value;
  }

  async #sub(argument: string | [string, Record<string, Json>], path: string[]): Promise<string> {
    const [text, variables] = typeof argument === 'string' ? [argument, {}] : argument;
    const values: Record<string, Json> = await this.#resolve(variables, path);
    const parts: string[] = [];
    let end = 0;
    for (const match of text.matchAll(/\$\{(!?)([^}]+)\}/g)) {
      parts.push(text.slice(end, match.index));
      end = match.index + match[0].length;
      const [, literal, name = ''] = match;
      if (literal) parts.push(`\${${name}}`);
      else if (name in values) parts.push(String(values[name]));
      else if (name.includes('.')) parts.push(await this.#intrinsic('Fn::GetAtt', name, path));
      else parts.push(String(await this.#ref(name, path)));
    }
    return parts.join('') + text.slice(end);
  }

  #pseudo(name: string): string | undefined {
    const { account, region, stackName } = this.#options;
    const values: Record<string, string> = {
      'AWS::AccountId': account,
      'AWS::Region': region,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': stackName,
      'AWS::StackId': `arn:aws:cloudformation:${region}:${account}:stack/${stackName}/00000000-0000-0000-0000-000000000000`,
    };
    return values[name];
  }

  #parameter(name: string): string | undefined {
    const parameter = this.#template.Parameters?.[name];
    if (!parameter) return undefined;
    if (parameter.Default === undefined) throw new Error(`parameter ${name} has no default`);
    return String(parameter.Default);
  }

  #condition(node: Json): boolean {
    if (typeof node === 'string') {
      const condition = this.#template.Conditions?.[node];
      if (condition === undefined) throw new Error(`condition ${node} isn't there`);
      return this.#condition(condition);
    }
    const [[name, argument] = ['', undefined]] = Object.entries<Json>(node);
    switch (name) {
      case 'Condition':
        return this.#condition(argument);
      case 'Fn::Equals':
        return this.#plain(argument[0]) === this.#plain(argument[1]);
      case 'Fn::And':
        return argument.every((each: Json) => this.#condition(each));
      case 'Fn::Or':
        return argument.some((each: Json) => this.#condition(each));
      case 'Fn::Not':
        return !this.#condition(argument[0]);
      default:
        throw new Error(`the sandbox doesn't resolve ${name} in a condition`);
    }
  }

  /** Conditions may refer to parameters and pseudo parameters only. */
  #plain(node: Json): string {
    if (typeof node !== 'object') return String(node);
    const value = this.#pseudo(node.Ref) ?? this.#parameter(node.Ref);
    if (value === undefined) throw new Error(`a condition refers to ${JSON.stringify(node)}, which is no parameter`);
    return value;
  }
}
