/** What a phase of the flood showed, and which promises it broke. */
import { percentile } from '../capacity/meters.ts';
import type { Sample, Waited } from './observed.ts';

// What is promised: nobody else's 95th percentile beyond it.
const othersWaitMs = 500;

// Twelve points of a phase show whether it still rises at its end.
const curve = (samples: readonly Sample[]): number[] =>
  Array.from({ length: Math.min(12, samples.length) }, (_, n) => {
    const [from, to] = [n, n + 1].map((at) => Math.floor((at * samples.length) / Math.min(12, samples.length)));
    return Math.round(Math.max(...samples.slice(from, to).map(({ rssMib }) => rssMib)));
  });

/** Prints a phase. Gives the promises that it broke. */
export const judge = (
  phase: string,
  samples: readonly Sample[],
  waited: readonly Waited[],
  limitMib: number,
): string[] => {
  const rss = curve(samples.filter((each) => each.phase === phase));
  const own = waited.filter((each) => each.phase === phase);
  const times = own.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const faults = own.flatMap(({ fault }) => fault ?? []);
  const [p50, p95] = [percentile(times, 0.5), percentile(times, 0.95)];
  console.log(`${phase}\n  gateway's RSS, MiB: ${rss.join(' ')}   (limit ${limitMib})`);
  console.log(
    `  others: ${own.length} pages, p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms, ${faults.length} faults`,
  );
  for (const fault of new Set(faults.slice(0, 3))) console.log(`    ${fault}`);
  const highest = (part: readonly number[]) => Math.max(0, ...part);
  const [middle, end] = [rss.slice(rss.length / 3, (2 * rss.length) / 3), rss.slice((2 * rss.length) / 3)].map(highest);
  return [
    ...(highest(rss) > limitMib ? [`${phase}: more memory than its container would have`] : []),
    // A tenth is what the collector's own timing makes of it.
    ...(phase !== 'before' && (end ?? 0) > 1.1 * (middle ?? 0) ? [`${phase}: memory still rises at the end`] : []),
    ...(!(p95 <= othersWaitMs) ? [`${phase}: others wait longer than ${othersWaitMs} ms`] : []),
    ...(faults.length > 0 ? [`${phase}: others were not answered`] : []),
  ];
};
