/** What the middle and the tail of some measurements are, by nearest rank: of few measurements, the 99th percentile is the slowest. */
export interface Summary {
  count: number;
  min: number;
  median: number;
  p99: number;
}

/** Sums up measurements. Throws RangeError where there are none. */
export function summarize(measurements: number[]): Summary {
  const sorted = measurements.toSorted((one, other) => one - other);
  const rank = (share: number): number => {
    const value = sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)];
    if (value === undefined) throw new RangeError('nothing was measured');
    return value;
  };
  return { count: sorted.length, min: rank(0), median: rank(0.5), p99: rank(0.99) };
}
