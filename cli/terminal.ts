/** What a person sees and answers: results on stdout; questions, progress and what went wrong on stderr. Quiet when piped. */
import { createInterface } from 'node:readline/promises';
import { stripVTControlCharacters, styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** Is somebody looking at the results? */
export const isWatched = (): boolean => process.stdout.isTTY === true;

/** Is somebody there to answer? */
export const canAsk = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true;

/** Others' text, without what would move the cursor or colour the screen. */
export const plain = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  stripVTControlCharacters(text).replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, ' ');

/** A result, one line or several. */
export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** What went wrong, or is worth knowing, beside the results. */
export function warn(text: string): void {
  process.stderr.write(`interlock: ${text}\n`);
}

/** Coloured where stdout is a terminal, and NO_COLOR isn't set. */
export const coloured = (format: Format, text: string): string => styleText(format, text, { stream: process.stdout });

/** Asks a question with yes or no; no answer is no. */
export async function ask(question: string): Promise<boolean> {
  return /^y(?:es)?$/i.test((await answerTo(`${question} [y/N] `)).trim());
}

/** Asks for a text; empty where none comes. */
export async function answerTo(question: string): Promise<string> {
  let answered = false;
  const line = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await new Promise<string>((resolve, reject) => {
      line.once('close', () => {
        // The next line begins at its beginning, where Ctrl-C or Ctrl-D ended this one.
        if (!answered) process.stderr.write('\n');
        resolve('');
      });
      line.question(question).then((answer) => {
        answered = true;
        resolve(answer);
      }, reject);
    });
  } finally {
    line.close();
  }
}

const WIDTH = 24;
/** Fewer are done before one has read how many there are. */
const WORTH_IT = 4;

/** A bar on stderr, where that is a terminal and there is enough to do. */
export function progress(total: number): { step(): void; clear(): void } {
  const isShown = process.stderr.isTTY === true && total >= WORTH_IT;
  let done = 0;
  const clear = () => {
    if (isShown) process.stderr.write('\r\u001b[K');
  };
  return {
    step() {
      done++;
      if (!isShown) return;
      const filled = Math.round((done / total) * WIDTH);
      process.stderr.write(`\r\u001b[K${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)} ${done} of ${total}`);
    },
    clear,
  };
}

/** Does something for each, some at once; gives the results in their order. */
export async function forEach<T, R>(items: readonly T[], atOnce: number, act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const work = async () => {
    for (const [index, item] of queue) results[index] = await act(item);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}
