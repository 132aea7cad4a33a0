/** What Linux counts about a process, from /proc. */
import { readFileSync } from 'node:fs';

// /proc speaks in hundredths of a second on every Linux, whatever the kernel itself counts in (USER_HZ).
const ticksPerSecond = 100;

export interface CpuSeconds {
  /** Of the process and its threads. */
  readonly own: number;
  /** Of its children that have ended. */
  readonly ended: number;
}

/** From the text of `/proc/<pid>/stat`. The name in it may hold anything, so fields are counted from the last bracket. */
export const cpuSecondsIn = (stat: string): CpuSeconds => {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // In the manual's count the state is the 3rd; utime, stime, cutime and cstime are the 14th to the 17th.
  const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fields.slice(11, 15).map(Number);
  return { own: (utime + stime) / ticksPerSecond, ended: (cutime + cstime) / ticksPerSecond };
};

/** One line of `/proc/<pid>/status`, in bytes; 0 where it is missing. */
export const bytesIn = (status: string, line: string): number =>
  1_024 * Number(new RegExp(`^${line}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0);

/** `postgres: order order 127.0.0.1(48324) idle` works for the role `order`; undefined for what works for no client. */
export const roleIn = (title: string): string | undefined => /^postgres: (\S+) \S+ [\d.:a-f]+\(\d+\)/.exec(title)?.[1];

/** Share of all cores that was busy, from two texts of `/proc/stat`. */
export const busyShare = (before: string, after: string): number => {
  const read = (text: string) => {
    const numbers = (/^cpu +(.*)$/m.exec(text)?.[1] ?? '').split(' ').map(Number).slice(0, 8);
    return { all: numbers.reduce((sum, ticks) => sum + ticks, 0), idle: (numbers[3] ?? 0) + (numbers[4] ?? 0) };
  };
  const [from, to] = [read(before), read(after)];
  return 1 - (to.idle - from.idle) / (to.all - from.all);
};

/** Undefined when the process has ended, or is another user's. */
const textOf = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};

export const cpuSecondsOf = (pid: number): CpuSeconds | undefined => {
  const stat = textOf(`/proc/${pid}/stat`);
  return stat === undefined ? undefined : cpuSecondsIn(stat);
};

export const statusOf = (pid: number): string => textOf(`/proc/${pid}/status`) ?? '';

export const titleOf = (pid: number): string => textOf(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ').trim() ?? '';

export const childrenOf = (pid: number): number[] =>
  (textOf(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').filter(Boolean).map(Number);

export const machineStat = (): string => textOf('/proc/stat') ?? '';
