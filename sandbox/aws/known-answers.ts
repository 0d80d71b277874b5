import type { RequestAnalysis } from '@cloud-copilot/iam-simulate';

/** How many answers are kept: each has its policies beside it, some ten kilobytes. */
const KEPT = 1_000;

/**
 * Answers of the evaluator, which takes milliseconds for each: the same question under policies of the same words has the same answer. Of
 * the context, keys whose names stand nowhere in the policies (as the time of day mostly) can't change it, and aren't compared.
 */
export class KnownAnswers {
  readonly #known = new Map<string, RequestAnalysis>();

  /** How many answers are known. */
  get size(): number {
    return this.#known.size;
  }

  /** The answer that is known, or the one that `evaluate` gives; its failures aren't kept. `question` and `policies` are compared as JSON. */
  async get(
    question: unknown,
    policies: unknown,
    context: Record<string, string | string[]>,
    evaluate: () => Promise<RequestAnalysis>,
  ): Promise<RequestAnalysis> {
    const words = JSON.stringify(policies);
    const lower = words.toLowerCase();
    const counts = Object.entries(context).filter(([key]) => lower.includes(JSON.stringify(key).slice(1, -1).toLowerCase()));
    const name = JSON.stringify([question, counts, words]);
    const known = this.#known.get(name);
    if (known) return known;
    const analysis = await evaluate();
    if (this.#known.size >= KEPT) this.#known.clear();
    this.#known.set(name, analysis);
    return analysis;
  }
}
