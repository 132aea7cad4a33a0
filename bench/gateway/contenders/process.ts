/** The process of a contender, and what it has used. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '#launcher/ports.ts';
import { startProgram } from '#launcher/processes/processes.ts';
import { beforeExit } from '#platform/process/termination.ts';
import { bytesIn, cpuSecondsIn } from '../../capacity/process-meters.ts';

export interface Contending {
  readonly url: string;
  /** Of this process and its threads, since it began. */
  cpuSeconds(): number;
  residentBytes(): number;
  /** Further headers of the n-th request; every contender also gets an authorization that no other request has. */
  readonly headersOf?: (n: number) => Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export interface Program {
  readonly main: string;
  readonly env: Readonly<Record<string, string>>;
  readonly ready?: string;
}

const startsWithinMs = 60_000;
const endsWithParent = new URL('./ends-with-parent.mjs', import.meta.url).href;

/** Starts a program that listens on `PORT` and answers at `/graphql`. */
export const contending = async ({
  main,
  env,
  ready = '/graphql?query=%7B__typename%7D',
}: Program): Promise<Contending> => {
  const port = await freePort();
  const { PATH, HOME } = process.env;
  const child = await startProgram(process.execPath, ['--import', endsWithParent, main], {
    env: { PATH, HOME, NODE_ENV: 'production', PORT: String(port), ...env },
    // The channel is for `endsWithParent` alone.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  const stop = async () => {
    forget();
    if (!isAlive()) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  const forget = beforeExit(() => stop());
  const givesUpAt = Date.now() + startsWithinMs;
  const origin = `http://127.0.0.1:${port}`;
  while (!(await answers(`${origin}${ready}`))) {
    if (!isAlive()) throw new Error(`${main} did not start; its output is above`);
    if (Date.now() > givesUpAt) throw new Error(`${main} was not ready within ${startsWithinMs} ms`);
    await sleep(50);
  }
  const { pid } = child;
  return {
    url: `${origin}/graphql`,
    cpuSeconds: () => cpuSecondsIn(readFileSync(`/proc/${pid}/stat`, 'utf8')).own,
    residentBytes: () => bytesIn(readFileSync(`/proc/${pid}/status`, 'utf8'), 'VmRSS'),
    stop,
  };
};

/** Anything but a refused connection: each contender has its own idea of what it answers to such a request. */
const answers = async (url: string): Promise<boolean> => {
  try {
    await (await fetch(url, { headers: { 'apollo-require-preflight': 'true' } })).arrayBuffer();
    return true;
  } catch {
    return false;
  }
};
