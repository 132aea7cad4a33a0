/** One kind of load between two readings of all meters. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseMeters } from './database-meters.ts';
import type { MessagingMeters } from './messaging-meters.ts';
import { between, type Meters, perSecond, perThousand, withoutIdle } from './meters.ts';
import { busyShare, machineStat, type ProcessMeters } from './process-meters.ts';

export interface Instruments {
  readonly processes: ProcessMeters;
  readonly databases: DatabaseMeters;
  readonly messaging: MessagingMeters;
}

export interface Phase {
  readonly name: string;
  readonly count: number;
  /** For a thousand, less what idling costs. */
  readonly perThousand: Meters;
  readonly perMinute: number;
  /** While the load lasted: cores that each process had, and the share of the whole machine that was busy. */
  readonly cores: Meters;
  readonly machineBusy: number;
  readonly peakBytes: Meters;
  readonly startedAt: Date;
}

// 11 s: a connection that idles hands in what it counted after at most 10 s (PGSTAT_IDLE_INTERVAL).
const statisticsLagMs = 11_000;
const lookEveryMs = 500;
// 60 s: work still under way then is a fault, not a backlog, and the audit will report it.
const atRestWithinMs = 60_000;

const readAll = async ({ processes, databases, messaging }: Instruments): Promise<Meters> => ({
  ...(await databases.read()),
  ...(await messaging.read()),
  ...processes.read(),
  // Of this very process: the customers.
  'cpu/the load itself': ownCpuSeconds(),
});

const ownCpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

export const untilAtRest = async ({ databases, messaging }: Instruments, signal: AbortSignal): Promise<void> => {
  const deadline = Date.now() + atRestWithinMs;
  // Twice in a row: a message is nowhere to be seen between two hands.
  for (let quiet = 0; quiet < 2 && Date.now() < deadline; ) {
    await sleep(lookEveryMs, undefined, { signal });
    quiet = (await databases.unpublished()) + (await messaging.underWay()) === 0 ? quiet + 1 : 0;
  }
};

/** What all of it uses in a second when nobody does anything: sweeps, polls, health. */
export const measureIdle = async (
  instruments: Instruments,
  seconds: number,
  signal: AbortSignal,
): Promise<{ readonly perSecond: Meters; readonly peakBytes: Meters }> => {
  await untilAtRest(instruments, signal);
  await instruments.databases.vacuum();
  await sleep(statisticsLagMs, undefined, { signal });
  instruments.processes.peaks();
  const [before, begun] = [await readAll(instruments), performance.now()];
  await sleep(seconds * 1_000, undefined, { signal });
  const used = between(before, await readAll(instruments));
  return {
    perSecond: perSecond(used, (performance.now() - begun) / 1_000),
    peakBytes: instruments.processes.peaks(),
  };
};

export const measurePhase = async (
  instruments: Instruments,
  { name, count, run }: { readonly name: string; readonly count: number; readonly run: () => Promise<void> },
  idlePerSecond: Meters,
  signal: AbortSignal,
): Promise<Phase> => {
  instruments.processes.peaks();
  const [before, machineBefore, begun] = [await readAll(instruments), machineStat(), performance.now()];
  const startedAt = new Date();
  await run();
  const loadSeconds = (performance.now() - begun) / 1_000;
  const machineBusy = busyShare(machineBefore, machineStat());
  const cpu = { ...instruments.processes.read(), 'cpu/the load itself': ownCpuSeconds() };
  await untilAtRest(instruments, signal);
  await sleep(statisticsLagMs, undefined, { signal });
  const used = between(before, await readAll(instruments));
  const seconds = (performance.now() - begun) / 1_000;
  return {
    name,
    count,
    startedAt,
    perThousand: perThousand(withoutIdle(used, idlePerSecond, seconds), count),
    perMinute: (count * 60) / loadSeconds,
    cores: perSecond(between(before, cpu), loadSeconds),
    machineBusy,
    peakBytes: instruments.processes.peaks(),
  };
};
