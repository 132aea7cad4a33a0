import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { beforeExit } from '#platform/process/termination.ts';
import { bornAt } from '../processes/processes.ts';
import { databaseAccount } from './account.ts';
import { type Cluster, openCluster } from './cluster.ts';
import { homeOf } from './home.ts';
import { stopOrphan } from './orphan.ts';
import { throwawaySettings } from './settings.ts';

/** A cluster in the system's folder for temporary files; gone with `stop`, or when this process is terminated. */
export const temporaryCluster = async (): Promise<Cluster> => {
  const folder = await ownedFolder('agora-postgres');
  const opening = openCluster({ folder, password: randomBytes(16).toString('hex'), settings: throwawaySettings });
  const dispose = async () => {
    const cluster = await opening.catch(() => undefined);
    await cluster?.stop();
    await remove(folder);
    if (cluster && cluster.folder !== folder) await remove(cluster.folder);
  };
  const forget = beforeExit(dispose);
  return { ...(await opening), stop: () => dispose().finally(forget) };
};

/**
 * A new temporary folder that says whose it is: `<prefix>-<our process>-<random>`. Before that it deletes those whose owner was
 * killed; a server that runs in one is stopped, and `endOthers` is asked to end what else does.
 */
export const ownedFolder = async (
  prefix: string,
  endOthers: (folder: string) => Promise<unknown> = async () => undefined,
): Promise<string> => {
  await sweep(`${prefix}-`, endOthers);
  return mkdtemp(path.join(os.tmpdir(), `${prefix}-${process.pid}-`));
};

const sweep = async (prefix: string, endOthers: (folder: string) => Promise<unknown>): Promise<void> => {
  for (const name of await readdir(os.tmpdir())) {
    const owner = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN;
    if (Number.isNaN(owner) || bornAt(owner) !== undefined) continue;
    const folder = path.join(os.tmpdir(), name);
    try {
      await endOthers(folder);
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
