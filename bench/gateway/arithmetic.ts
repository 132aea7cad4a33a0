/** What is computed from runs. Contenders take turns, so the n-th runs of two of them were measured beside each other. */

/** NaN of nothing. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
};

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export const spread = (values: readonly number[]): Spread => ({
  median: median(values),
  least: Math.min(...values),
  most: Math.max(...values),
});

/** How many times as fast as the baseline: its cost by ours, run by run, so that a slow minute hits both. */
export const timesAsFast = (baseline: readonly number[], own: readonly number[]): Spread =>
  spread(own.slice(0, baseline.length).map((cost, run) => (baseline[run] ?? Number.NaN) / cost));

/** The smallest value that at least this share of all values does not exceed. NaN of nothing. */
export const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
};
