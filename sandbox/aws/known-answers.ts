import type { RequestAnalysis } from '@cloud-copilot/iam-simulate';

/** How many answers are kept: each has its policies beside it, some ten kilobytes. */
const KEPT = 1_000;

/** A policy's words, in lower case; `id` stands for them as they are. */
interface Words {
  id: number;
  lower: string;
  /** Whether a context key's name stands there. */
  names: Map<string, boolean>;
}

/** A policy that doesn't change any more, as \`policyForEvaluator\` gives it; undefined where there is none. */
export type Applied = object | undefined;

/**
 * Answers of the evaluator, which takes milliseconds for each: the same question under policies of the same words has the same answer. Of
 * the context, keys whose names stand nowhere in the policies (as the time of day mostly) can't change it, and aren't compared.
 */
export class KnownAnswers {
  readonly #known = new Map<string, RequestAnalysis>();
  /** By policy, since its words are long; policies that read the same have the same words. */
  readonly #words = new WeakMap<object, Words>();
  readonly #read = new Map<string, Words>();
  #ids = 0;

  /** How many answers are known. */
  get size(): number {
    return this.#known.size;
  }

  /** The answer that is known, or the one that `evaluate` gives; its failures aren't kept. `question` is compared as JSON, policies by their words. */
  async get(
    question: unknown,
    policies: Applied[],
    context: Record<string, string | string[]>,
    evaluate: () => Promise<RequestAnalysis>,
  ): Promise<RequestAnalysis> {
    const words = policies.map((policy) => policy && this.#wordsOf(policy));
    const counts = Object.entries(context).filter(([key]) => words.some((each) => each && stands(key, each)));
    const name = JSON.stringify([question, counts, words.map((each) => each?.id)]);
    const known = this.#known.get(name);
    if (known) return known;
    const analysis = await evaluate();
    if (this.#known.size >= KEPT) this.#known.clear();
    this.#known.set(name, analysis);
    return analysis;
  }

  #wordsOf(policy: object): Words {
    const known = this.#words.get(policy);
    if (known) return known;
    const text = JSON.stringify(policy);
    const words = this.#read.get(text) ?? { id: ++this.#ids, lower: text.toLowerCase(), names: new Map() };
    if (this.#read.size >= KEPT) this.#read.clear();
    this.#read.set(text, words);
    this.#words.set(policy, words);
    return words;
  }
}

function stands(key: string, { lower, names }: Words): boolean {
  const known = names.get(key);
  if (known !== undefined) return known;
  const found = lower.includes(JSON.stringify(key).slice(1, -1).toLowerCase());
  names.set(key, found);
  return found;
}
