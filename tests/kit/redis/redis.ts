import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '#launcher/ports.ts';

export interface TestRedis {
  readonly url: string;
  stop(): Promise<void>;
}

const found = (): boolean => {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Whether tests may use Redis. Without the program they are skipped with one line; in CI a missing one is a failure. */
export const redisHere = (): boolean => {
  if (found()) return true;
  if (process.env.CI === 'true') throw new Error('redis-server is not installed, and CI must test with it');
  process.stdout.write('redis-server is not installed: the tests over Redis are skipped\n');
  return false;
};

/** A Redis of this test's own, on a free port, that keeps nothing. */
export const startRedis = async (): Promise<TestRedis> => {
  const { port, stop } = await redisProcess(keepsNothing);
  return { url: `redis://127.0.0.1:${port}`, stop };
};

export interface RedisProcess {
  readonly port: number;
  stop(): Promise<void>;
}

/** A Redis, or a Sentinel, on a free port; `given` as on its command line, `config` as in its file. */
export const redisProcess = async (given: readonly string[] = [], config = ''): Promise<RedisProcess> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'agora-redis-'));
  const port = await freePort();
  const file = path.join(folder, 'redis.conf');
  await writeFile(file, `bind 127.0.0.1\nport ${port}\ndir ${folder}\n${config}`);
  const server = spawn('redis-server', [file, ...given], { stdio: ['ignore', 'pipe', 'inherit'] });
  await untilReady(server);
  return {
    port,
    stop: async () => {
      const ended = server.exitCode ?? server.signalCode ?? new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
};

/** The settings of a Redis that keeps nothing on the disk. */
export const keepsNothing = ['--save', '', '--appendonly', 'no'];

const untilReady = (server: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
    if (!server.stdout) return reject(new Error('redis-server has no output'));
    createInterface(server.stdout).on('line', (line) => {
      if (/Ready to accept connections|Sentinel ID is/.test(line)) resolve();
    });
  });
