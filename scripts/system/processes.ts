import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** The command line of a running process; undefined when there is no such process (or only its zombie). */
export const commandLine = (pid: number): string | undefined => {
  if (!isAlive(pid)) return undefined;
  if (process.platform === 'linux') {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() || undefined;
    } catch {
      return undefined; // it ended between the two looks
    }
  }
  return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim() || undefined;
};

/** Waits until the process is gone; false when it is still there after the deadline. */
export const waitForExit = async (pid: number, deadlineMs: number): Promise<boolean> => {
  for (let waitedMs = 0; waitedMs < deadlineMs; waitedMs += 20) {
    if (commandLine(pid) === undefined) return true;
    await sleep(20);
  }
  return false;
};

/** Sends a signal; a process that is already gone is what the sender wanted. */
export const signalProcess = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'ESRCH') throw fault;
  }
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (fault) {
    return (fault as NodeJS.ErrnoException).code === 'EPERM'; // somebody else's process, but a live one
  }
};
