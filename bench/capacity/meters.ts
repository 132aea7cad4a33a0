/** Arithmetic over meters: counters that only grow, named `what/of whom` (`cpu/order`, `statements/payment`). */

export type Meters = Readonly<Record<string, number>>;

const each = (meters: Meters, change: (value: number, name: string) => number): Meters =>
  Object.fromEntries(Object.entries(meters).map(([name, value]) => [name, change(value, name)]));

/** What was counted from one reading to the next; a meter that the first did not have began at 0. */
export const between = (before: Meters, after: Meters): Meters =>
  each(after, (value, name) => value - (before[name] ?? 0));

export const perSecond = (used: Meters, seconds: number): Meters => each(used, (value) => value / seconds);

// What idles is polls and sweeps. What is written while nobody does anything is the vacuum's, after what came before.
const idles = /^(cpu|statements|transactions|redis)\//;

/** Takes away what polls and sweeps would have used in that time if nobody had done anything. */
export const withoutIdle = (used: Meters, idlePerSecond: Meters, seconds: number): Meters =>
  each(used, (value, name) => (idles.test(name) ? value - (idlePerSecond[name] ?? 0) * seconds : value));

export const perThousand = (used: Meters, count: number): Meters => each(used, (value) => (value * 1_000) / count);

/** The part behind the slash of each meter of this kind, in the order of the reading. */
export const namesOf = (meters: Meters, kind: string): string[] =>
  Object.keys(meters)
    .filter((name) => name.startsWith(`${kind}/`))
    .map((name) => name.slice(kind.length + 1));

/** How many a minute one core could do, by who would use it: what is at the end of its core first comes first. */
export const perMinuteAndCore = (cpuPerThousand: Meters): { readonly name: string; readonly perMinute: number }[] =>
  namesOf(cpuPerThousand, 'cpu')
    .map((name) => ({ name, perMinute: 60_000 / (cpuPerThousand[`cpu/${name}`] ?? 0) }))
    .filter(({ perMinute }) => Number.isFinite(perMinute) && perMinute > 0)
    .sort((a, b) => a.perMinute - b.perMinute);

export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
