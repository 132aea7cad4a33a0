import { readFile, realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import { bornAt, commandLine, processesWorkingIn, signalProcess, waitForExit } from '../processes/processes.ts';

// Fast shutdown disconnects everybody and writes one checkpoint: seconds even on a slow disk. Immediate shutdown writes nothing.
const fastStopMs = 20_000;
const immediateStopMs = 5_000;

/** Ends what a killed launcher, or a killed server, left running in this data directory. */
export const stopOrphan = async (data: string): Promise<void> => {
  const pidFile = path.join(data, 'postmaster.pid');
  const pid = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10);
  if (Number.isNaN(pid)) return;
  if (commandLine(pid)?.includes(data)) await stopProcess(pid);
  // The file of a crashed server. PostgreSQL would refuse to start if that pid has meanwhile gone to another program.
  else await rm(pidFile, { force: true });
  await endBackends(data);
};

/**
 * A backend that is busy or stopped does not notice that its server was killed, and no other server starts while it lives.
 * What it has not committed is lost with its server anyway, so nothing is left to be gentle with.
 */
const endBackends = async (data: string): Promise<void> => {
  const backends = processesWorkingIn(await realpath(data)).filter((pid) => commandLine(pid)?.startsWith('postgres'));
  for (const pid of backends) signalProcess(pid, 'SIGKILL');
  await Promise.all(backends.map((pid) => waitForExit(pid, immediateStopMs)));
};

/** Ends our own child; `exited` settles when it is gone. */
export const stopServer = async (pid: number | undefined, exited: Promise<void>): Promise<void> => {
  if (pid === undefined) return;
  if (bornAt(pid) !== undefined) await stopProcess(pid);
  await exited;
};

const stopProcess = async (pid: number): Promise<void> => {
  signalProcess(pid, 'SIGINT');
  if (await waitForExit(pid, fastStopMs)) return;
  signalProcess(pid, 'SIGQUIT');
  if (!(await waitForExit(pid, immediateStopMs))) throw new Error(`PostgreSQL (process ${pid}) does not stop`);
};
