/** Processor time and memory of every process of a shop, looked at again and again: those of PostgreSQL come and go. */
import type { Meters } from './meters.ts';
import { bytesIn, childrenOf, cpuSecondsOf, roleIn, statusOf, titleOf } from './proc.ts';

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
