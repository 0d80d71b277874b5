/**
 * Does something with each of many items, so many at a time: no more memory or connections are taken for ten thousand than for ten. Rejects with the
 * first failure, once what was begun has ended.
 */
export async function atOnce<T>(most: number, items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const rest = items[Symbol.iterator]();
  // They share the iterator: who is done takes the next one.
  const worker = async () => {
    for (const item of rest) await act(item);
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(most, items.length) }, worker));
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
}
