/**
 * Does a name match a pattern? `*` is any run of characters, `?` one; IAM reads the same two. Steps along and goes back
 * to the newest `*` only: a regular expression would take for ever on a pattern like `*a*a*a*…b`, and others write policies.
 */
export function matches(pattern: string, name: string): boolean {
  let [at, next] = [0, 0];
  let star: { at: number; next: number } | undefined;
  while (next < name.length) {
    if (pattern[at] === '*') {
      star = { at: ++at, next };
    } else if (pattern[at] === '?' || pattern[at] === name[next]) {
      at++;
      next++;
    } else if (star) {
      star.next++;
      ({ at, next } = star);
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
