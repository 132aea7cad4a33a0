import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

// Five deaths within a minute are no accident: something is wrong that another start does not repair.
const maxDeaths = 5;
const windowMs = 60_000;
// The first restart is nearly at once, because most deaths are single; each further one waits twice as long.
const firstDelayMs = 250;
const longestDelayMs = 5_000;

export type Verdict = { restartInMs: number } | 'give up';

/** Nothing to be done until its source changes: for development. */
export const leaveDead = (): Verdict => 'give up';

/** What to do about a process that died at these moments, the last one being now. */
export const afterDeath = (deaths: readonly number[], now: number): Verdict => {
  const recent = deaths.filter((moment) => now - moment < windowMs).length;
  if (recent >= maxDeaths) return 'give up';
  return { restartInMs: Math.min(firstDelayMs * 2 ** (recent - 1), longestDelayMs) };
};

export type Program = {
  name: string;
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Written to its standard input, for configuration that must not be seen in a process list. */
  input?: string;
  /** What to do when it dies; by default it is started again, within limits. */
  policy?: (deaths: readonly number[], now: number) => Verdict;
};

export type Watcher = {
  /** A line that it printed, on either output. */
  onLine: (line: string) => void;
  /** A sentence of the supervisor about it. */
  onNotice: (sentence: string) => void;
  /** Called after each start, so that the caller can track running processes. */
  onStart: (pid: number) => void;
};

/** `down` on purpose; `failed`: it died so often that it is left alone. */
export type State = 'running' | 'restarting' | 'down' | 'failed';

/** A process that is restarted when it dies, until it is stopped. */
export type Supervised = {
  readonly name: string;
  readonly state: State;
  readonly pid: number | undefined;
  start: () => void;
  /** SIGTERM, and SIGKILL when it is not gone in time. Stays down. */
  stop: (graceMs: number) => Promise<void>;
  /** SIGKILL. Stays down. */
  kill: () => Promise<void>;
};

export const supervise = (program: Program, watcher: Watcher): Supervised => {
  let state: State = 'down';
  let child: ChildProcess | undefined;
  let deaths: number[] = [];

  const start = (): void => {
    state = 'running';
    let started: ChildProcess;
    try {
      started = spawnProgram(program);
    } catch (fault) {
      return void comeBack(notStarted(fault as Error));
    }
    child = started;
    const over = (cause: string): void => {
      if (child !== started) return;
      child = undefined;
      if (state === 'running') void comeBack(cause);
    };
    readLines(started, watcher.onLine);
    if (started.pid !== undefined) watcher.onStart(started.pid);
    // A process that could not be started has this event, and not always a `close`; for a running one it does not matter.
    started.on('error', (fault) => (started.pid === undefined ? over(notStarted(fault)) : undefined));
    started.once('close', (code, signal) => over(`died (${signal ?? `exit code ${code}`})`));
  };

  const comeBack = async (cause: string): Promise<void> => {
    deaths = [...deaths, Date.now()].slice(-10);
    const verdict = (program.policy ?? afterDeath)(deaths, Date.now());
    if (verdict === 'give up') {
      state = 'failed';
      watcher.onNotice(`${cause} and is left alone now; see its last lines`);
      return;
    }
    state = 'restarting';
    watcher.onNotice(`${cause}; starting it again in ${verdict.restartInMs} ms`);
    await sleep(verdict.restartInMs);
    if (state === 'restarting') start();
  };

  const end = async (signal: NodeJS.Signals, graceMs: number): Promise<void> => {
    const ending = child;
    state = 'down';
    deaths = [];
    if (!ending) return;
    const closed = once(ending, 'close');
    ending.kill(signal);
    if (signal !== 'SIGKILL' && (await Promise.race([closed, sleep(graceMs, 'late', { ref: false })])) === 'late') {
      watcher.onNotice(`did not stop within ${graceMs} ms and is killed`);
      ending.kill('SIGKILL');
    }
    await closed;
  };

  return {
    name: program.name,
    get state() {
      return state;
    },
    get pid() {
      return child?.pid;
    },
    start: () => {
      if (!child) start();
    },
    stop: (graceMs) => end('SIGTERM', graceMs),
    kill: () => end('SIGKILL', 0),
  };
};

const notStarted = ({ message }: Error): string => `cannot be started (${message})`;

const spawnProgram = ({ command, args, env, cwd, input }: Program): ChildProcess => {
  const child = spawn(command, args, {
    cwd,
    env,
    // The channel is never spoken on. It closes when we die, however we die, and that ends the services.
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    // Its own process group: Ctrl-C in a terminal must reach the launcher only, which ends the processes in order.
    detached: true,
  });
  child.stdin?.on('error', () => undefined); // it ended before it read; its exit is reported
  child.stdin?.end(input);
  return child;
};

const readLines = ({ stdout, stderr }: ChildProcess, onLine: (line: string) => void): void => {
  for (const output of [stdout, stderr]) if (output) createInterface({ input: output }).on('line', onLine);
};
