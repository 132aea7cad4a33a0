import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Starts a program. Rejects with a sentence when the system refuses, whether Node reports that by throwing or by an event. */
export const startProgram = async (
  program: string,
  args: readonly string[],
  options: SpawnOptions,
): Promise<ChildProcess> => {
  try {
    const child = spawn(program, args, options);
    await once(child, 'spawn');
    return child;
  } catch (cause) {
    throw new Error(`${path.basename(program)} cannot be started: ${(cause as Error).message}`, { cause });
  }
};

/**
 * When a process began: with its number it names one process for ever, while numbers are used again.
 * Undefined when there is no such process, or only the zombie of one that has let go of its files and ports.
 */
export const bornAt = (pid: number): string | undefined => {
  if (process.platform !== 'linux') return ps('lstart=', pid);
  // "123 (name) S 1 …": the name may hold anything, so the fields are counted from the last bracket. The 3rd is the state, the 22nd the start.
  const stat = readProc(pid, 'stat') ?? '';
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ended = state === 'X' || (state === 'Z' && threadsOf(pid) <= 1);
  return ended ? undefined : fields[18];
};

/** The program and arguments of a process; undefined when it is gone or ending. */
export const commandLine = (pid: number): string | undefined =>
  (process.platform === 'linux' ? readProc(pid, 'cmdline')?.replaceAll('\0', ' ').trim() : ps('command=', pid)) ||
  undefined;

/** Waits until the process is gone; false when it is still there after the deadline. */
export const waitForExit = async (pid: number, deadlineMs: number): Promise<boolean> => {
  for (let waitedMs = 0; waitedMs < deadlineMs; waitedMs += 20) {
    if (bornAt(pid) === undefined) return true;
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

/** The processes whose working directory this is. Only Linux can be asked; elsewhere it finds none. */
export const processesWorkingIn = (folder: string): number[] =>
  process.platform !== 'linux'
    ? []
    : readdirSync('/proc')
        .map(Number)
        .filter((pid) => Number.isInteger(pid) && workingDirectory(pid) === folder);

const workingDirectory = (pid: number): string | undefined => {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined; // gone, or somebody else's
  }
};

/** The first thread of a killed process is a zombie before the others have ended, and until then its ports are taken. */
const threadsOf = (pid: number): number => {
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch {
    return 0;
  }
};

const readProc = (pid: number, file: string): string | undefined => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
};

const ps = (field: string, pid: number): string | undefined =>
  spawnSync('ps', ['-o', field, '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() || undefined;
