/** `npm run restore`: ops/restore.ts, which can also restore a data folder of `npm start`; that must be stopped. */
import path from 'node:path';
import { type OpenDataFolder, restoreCommand } from '#ops/restore.ts';
import { startInfrastructure } from './infrastructure.ts';
import { processList } from './processes/leftovers.ts';
import { lockFolder } from './processes/lock.ts';
import { loadSecrets } from './secrets.ts';

/** Starts the servers that `npm start` would start on this folder, but no services. Makes the folder when it is not there. */
export const openDataFolder: OpenDataFolder = async (folder, env) => {
  const unlock = await lockFolder(folder);
  try {
    const processes = processList(folder);
    await processes.endLeftovers();
    const root = path.resolve(import.meta.dirname, '..');
    const secrets = await loadSecrets(folder);
    const report = console.log;
    const started = await startInfrastructure({ folder, root, env, requested: undefined, secrets, processes, report });
    return {
      urls: started.databaseUrls,
      queues: started.variables,
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

if (import.meta.main) await restoreCommand(openDataFolder);
