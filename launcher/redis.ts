import { chmod, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { freePort } from './ports.ts';
import type { ProcessList } from './processes/leftovers.ts';
import { supervise } from './processes/supervise.ts';

export type PrivateRedis = {
  url: string;
  readonly port: number;
  readonly pid: number | undefined;
  stop: () => Promise<void>;
  kill: () => Promise<void>;
  start: () => Promise<void>;
};

// It writes what is left of its log and ends; a second is plenty.
const graceMs = 5_000;
const readyDeadlineMs = 30_000;

/** A Redis of this data folder's own: on a free port of this machine, with a password, keeping every message in a log on the disk. */
export const startPrivateRedis = async (options: {
  folder: string;
  password: string;
  processes: ProcessList;
  onNotice: (sentence: string) => void;
}): Promise<PrivateRedis> => {
  const { folder, password, processes, onNotice } = options;
  const data = path.join(path.resolve(folder), 'redis');
  await mkdir(data, { recursive: true });
  // Messages stand in its log as they were sent, payment tokens among them, and Redis lets everybody read its files.
  await chmod(data, 0o700);
  const port = await freePort();
  const lastLines: string[] = [];
  let ready = Promise.withResolvers<void>();

  const server = supervise(
    // "-": configuration from standard input, where a process list does not show the password.
    {
      name: 'redis',
      command: 'redis-server',
      args: ['-'],
      // It reads no variable; it needs to be found.
      env: { PATH: process.env.PATH },
      cwd: data,
      input: configuration(port, data, password),
    },
    {
      onLine: (line) => {
        lastLines.push(line);
        if (lastLines.length > 10) lastLines.shift();
        if (!line.includes('Ready to accept connections')) return;
        ready.resolve();
      },
      onNotice: (sentence) => {
        onNotice(`${sentence}\n${lastLines.join('\n')}`);
        if (server.state === 'failed') ready.reject(new Error(`Redis does not start:\n${lastLines.join('\n')}`));
      },
      onStart: (pid) => processes.add('redis', pid),
    },
  );

  const start = async (): Promise<void> => {
    ready = Promise.withResolvers<void>();
    server.start();
    const late = setTimeout(() => ready.reject(new Error('Redis did not become ready in time')), readyDeadlineMs);
    await ready.promise.finally(() => clearTimeout(late));
  };
  await start();
  return {
    url: `redis://:${password}@127.0.0.1:${port}`,
    port,
    get pid() {
      return server.pid;
    },
    start,
    stop: () => server.stop(graceMs),
    kill: server.kill,
  };
};

const configuration = (port: number, data: string, password: string): string =>
  [
    'bind 127.0.0.1',
    `port ${port}`,
    `dir ${JSON.stringify(data)}`,
    `requirepass ${password}`,
    // Every command goes to the log, which reaches the disk each second: a killed Redis loses nothing, a power cut at most that second.
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    // BullMQ's own demand: a queue must refuse messages rather than forget some.
    'maxmemory-policy noeviction',
    '',
  ].join('\n');
