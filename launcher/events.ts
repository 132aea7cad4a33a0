import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What carries the events. The first two are given by the environment, the last two are the launcher's own. */
export type EventsKind = 'given redis' | 'given postgres' | 'private redis' | 'embedded postgres';
export type OwnTransport = 'redis' | 'postgres';

export type EventsChoice = { kind: EventsKind; notice?: string };

/**
 * The environment decides first, then the --events option, then what this data folder used last: messages still wait there,
 * so another transport than last time is chosen only on request or when Redis is gone.
 */
export const chooseEvents = (facts: {
  env: Readonly<Record<string, string | undefined>>;
  requested: OwnTransport | undefined;
  lastTime: OwnTransport | undefined;
  hasRedis: boolean;
}): EventsChoice => {
  const { env, requested, lastTime, hasRedis } = facts;
  if (env.REDIS_URL || env.REDIS_URL_FILE) return { kind: 'given redis' };
  if (env.EVENTS_DATABASE_URL || env.EVENTS_DATABASE_URL_FILE) return { kind: 'given postgres' };
  if (requested === 'redis' && !hasRedis)
    throw new Error('--events redis needs redis-server 6.2 or newer on the PATH, or REDIS_URL.');
  const own = requested ?? lastTime ?? (hasRedis ? 'redis' : 'postgres');
  if (own === 'postgres') return { kind: 'embedded postgres', ...changed(lastTime, 'postgres') };
  if (hasRedis) return { kind: 'private redis', ...changed(lastTime, 'redis') };
  return { kind: 'embedded postgres', ...changed(lastTime, 'postgres') };
};

const changed = (lastTime: OwnTransport | undefined, now: OwnTransport): { notice?: string } =>
  lastTime === undefined || lastTime === now
    ? {}
    : {
        notice: `Events move from ${lastTime} to ${now}: messages that still wait in ${lastTime} stay there until you move back.`,
      };

const memory = (folder: string): string => path.join(folder, 'events');

/** Which of the launcher's own transports this data folder used last. */
export const lastTransport = async (folder: string): Promise<OwnTransport | undefined> => {
  const text = await readFile(memory(folder), 'utf8').catch(() => '');
  return text === 'redis' || text === 'postgres' ? text : undefined;
};

export const rememberTransport = (folder: string, transport: OwnTransport): Promise<void> =>
  writeFile(memory(folder), transport);

/** BullMQ asks for 6.2 or newer. */
export const isRedisInstalled = (): boolean => {
  const { stdout } = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
  const [, major = 0, minor = 0] = /v=(\d+)\.(\d+)/.exec(stdout ?? '')?.map(Number) ?? [];
  return major > 6 || (major === 6 && minor >= 2);
};
