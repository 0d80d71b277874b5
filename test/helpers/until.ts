/** Waits, turn by turn, until the condition holds; gives up after some seconds, so that a test fails and doesn't hang. */
export async function until(condition: () => boolean, seconds = 10): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`never happened: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
