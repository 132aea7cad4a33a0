/** The system that a restore works on: one that the environment names, or the data folder of `npm start`, which must be stopped. */
import path from 'node:path';
import { startInfrastructure } from './infrastructure.ts';
import { processList } from './processes/leftovers.ts';
import { lockFolder } from './processes/lock.ts';
import { loadSecrets } from './secrets.ts';
import type { BusConfig } from '#platform/messaging/bus/create-bus.ts';
import type { DatabaseUrls } from '#ops/audit/audit.ts';
import { findDatabases, givenQueues } from '#ops/addresses.ts';
import { givenDatabases } from '#ops/database/given-url.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Target {
  readonly urls: DatabaseUrls;
  readonly queues: BusConfig | undefined;
  close(): Promise<void>;
}

export const openTarget = async (
  env: Environment,
  dataDir: string,
  say: (sentence: string) => void,
): Promise<Target> => {
  if (givenDatabases(env).size === 0) return openDataFolder(path.resolve(dataDir), env, say);
  return { urls: await findDatabases(env, dataDir), queues: givenQueues(env), close: async () => undefined };
};

/** The same servers that `npm start` would start on this folder, which is made when it is not there; no services. */
const openDataFolder = async (folder: string, env: Environment, say: (sentence: string) => void): Promise<Target> => {
  const unlock = await lockFolder(folder);
  try {
    const processes = processList(folder);
    await processes.endLeftovers();
    const root = path.resolve(import.meta.dirname, '..');
    const secrets = await loadSecrets(folder);
    const started = await startInfrastructure({ folder, root, env, wish: undefined, secrets, processes, say });
    const events = started.variables;
    return {
      urls: started.databaseUrls,
      queues:
        'REDIS_URL' in events ? { redisUrl: events.REDIS_URL } : { eventsDatabaseUrl: events.EVENTS_DATABASE_URL },
      close: async () => {
        await started.stop();
        processes.clear();
        await unlock();
      },
    };
  } catch (fault) {
    await unlock();
    throw fault;
  }
};
