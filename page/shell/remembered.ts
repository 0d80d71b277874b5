/**
 * What the browser keeps for the page. Where it may not keep anything, even to look throws (HTML standard, "Web storage", The localStorage
 * getter): then nothing is remembered, and all else works.
 */
export type Keeper = 'localStorage' | 'sessionStorage';

export function recall(keeper: Keeper, key: string): string | null {
  try {
    return globalThis[keeper].getItem(key);
  } catch {
    return null;
  }
}

export function remember(keeper: Keeper, key: string, value: string): void {
  try {
    globalThis[keeper].setItem(key, value);
  } catch {
    // It is asked anew next time.
  }
}
