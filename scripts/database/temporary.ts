import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { bornAt } from '../system/processes.ts';
import { databaseAccount } from './account.ts';
import { type Cluster, openCluster } from './cluster.ts';
import { homeOf } from './home.ts';
import { stopOrphan } from './orphan.ts';
import { throwawaySettings } from './settings.ts';

/** `agora-postgres-<pid of the owner>-<random>` */
const prefix = 'agora-postgres-';

/** A cluster in the system's folder for temporary files; `stop` deletes it. Also deletes those whose owner was killed. */
export const temporaryCluster = async (): Promise<Cluster> => {
  await sweep();
  const folder = await mkdtemp(path.join(os.tmpdir(), `${prefix}${process.pid}-`));
  const cluster = await openCluster({ folder, password: randomBytes(16).toString('hex'), settings: throwawaySettings });
  return {
    ...cluster,
    stop: async () => {
      await cluster.stop();
      await remove(folder);
      if (cluster.folder !== folder) await remove(cluster.folder);
    },
  };
};

const sweep = async (): Promise<void> => {
  for (const name of await readdir(os.tmpdir())) {
    const owner = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN;
    if (Number.isNaN(owner) || bornAt(owner) !== undefined) continue;
    const folder = path.join(os.tmpdir(), name);
    try {
      const home = await homeOf(folder, databaseAccount());
      await stopOrphan(path.join(home, 'postgres'));
      await remove(home);
      await remove(folder);
    } catch (fault) {
      // Another user's leftovers on a shared machine are theirs to delete.
      if ((fault as NodeJS.ErrnoException).code !== 'EACCES' && (fault as NodeJS.ErrnoException).code !== 'EPERM')
        throw fault;
    }
  }
};

const remove = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 3 });
