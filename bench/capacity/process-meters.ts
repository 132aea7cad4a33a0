/** CPU time and memory of every process of a shop from /proc, sampled, because those of PostgreSQL come and go. */
import { readFileSync } from 'node:fs';
import type { Meters } from './meters.ts';

export interface ProcessMeters {
  /** `cpu/<process>` and `cpu/database <role>` in seconds. */
  read(): Meters;
  /** The most memory that each had at a look since the last call, in bytes: resident, of PostgreSQL without counting shared pages twice. */
  peaks(): Meters;
  stop(): void;
}

// 500 ms: a connection that lived shorter than that is counted among "the rest" of PostgreSQL; pools keep theirs longer.
const lookEveryMs = 500;

export interface WatchedProcesses {
  /** By name; asked at each look, because a process that died comes back under another number. */
  readonly pids: () => Readonly<Record<string, number | undefined>>;
  readonly postmaster: () => number | undefined;
  /** Roles whose work is the measurement's own. */
  readonly ownRoles: readonly string[];
}

export const watchProcesses = ({ pids, postmaster, ownRoles }: WatchedProcesses): ProcessMeters => {
  const backends = new Map<number, { role: string | undefined; seconds: number }>();
  let peaks: Record<string, number> = {};
  const atLeast = (name: string, bytes: number) => {
    peaks[name] = Math.max(peaks[name] ?? 0, bytes);
  };

  const lookAtPostgres = (server: number): number => {
    const children = childrenOf(server);
    let [living, privateBytes, sharedBytes] = [0, 0, 0];
    for (const pid of [server, ...children]) {
      const seconds = cpuSecondsOf(pid)?.own ?? 0;
      if (pid !== server) backends.set(pid, { role: backends.get(pid)?.role ?? roleIn(titleOf(pid)), seconds });
      living += seconds;
      const status = statusOf(pid);
      privateBytes += bytesIn(status, 'RssAnon');
      sharedBytes = Math.max(sharedBytes, bytesIn(status, 'RssShmem'));
    }
    atLeast('PostgreSQL', privateBytes + sharedBytes);
    return living + (cpuSecondsOf(server)?.ended ?? 0);
  };

  const look = (): Meters => {
    const cpu: Record<string, number> = {};
    for (const [name, pid] of Object.entries(pids())) {
      if (pid === undefined) continue;
      cpu[`cpu/${name}`] = cpuSecondsOf(pid)?.own ?? 0;
      atLeast(name, bytesIn(statusOf(pid), 'VmRSS'));
    }
    const server = postmaster();
    if (server === undefined) return cpu;
    const all = lookAtPostgres(server);
    let ofRoles = 0;
    for (const { role, seconds } of backends.values()) {
      if (role === undefined) continue;
      ofRoles += seconds;
      if (!ownRoles.includes(role)) cpu[`cpu/database ${role}`] = (cpu[`cpu/database ${role}`] ?? 0) + seconds;
    }
    return { ...cpu, 'cpu/the rest of PostgreSQL': all - ofRoles };
  };

  const timer = setInterval(look, lookEveryMs);
  return {
    read: look,
    peaks: () => {
      const most = peaks;
      peaks = {};
      look();
      return most;
    },
    stop: () => clearInterval(timer),
  };
};

// /proc speaks in hundredths of a second on every Linux, whatever the kernel itself counts in (USER_HZ).
const ticksPerSecond = 100;

interface CpuSeconds {
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

const cpuSecondsOf = (pid: number): CpuSeconds | undefined => {
  const stat = textOf(`/proc/${pid}/stat`);
  return stat === undefined ? undefined : cpuSecondsIn(stat);
};

const statusOf = (pid: number): string => textOf(`/proc/${pid}/status`) ?? '';

const titleOf = (pid: number): string => textOf(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ').trim() ?? '';

const childrenOf = (pid: number): number[] =>
  (textOf(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').filter(Boolean).map(Number);

export const machineStat = (): string => textOf('/proc/stat') ?? '';
