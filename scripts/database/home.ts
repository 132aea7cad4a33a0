import { chmod, mkdir, mkdtemp, readlink, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { type RunAs, reachableFor } from './account.ts';

/** Where root keeps clusters whose own folder the database account cannot reach. */
const rootStore = '/var/lib/agora';

/**
 * The folder that really holds a cluster: the wanted one, or, when root works in a folder closed to others (its home, say),
 * one under /var/lib/agora, to which a link `elsewhere` in the wanted folder points. Without that link a new cluster begins.
 */
export const homeOf = async (wanted: string, runAs: RunAs): Promise<string> => {
  const folder = path.resolve(wanted);
  await mkdir(folder, { recursive: true });
  // Ours to open, the folders above are not.
  if (runAs.uid !== undefined) await letThrough(folder);
  return reachableFor(runAs, folder) ? folder : elsewhere(path.join(folder, 'elsewhere'));
};

const elsewhere = async (link: string): Promise<string> => {
  await mkdir(rootStore, { recursive: true });
  await letThrough(rootStore);
  const known = await readlink(link).catch(() => undefined);
  const home = known ?? (await mkdtemp(path.join(rootStore, 'cluster-')));
  await mkdir(home, { recursive: true });
  await letThrough(home);
  if (!known) await symlink(home, link);
  return home;
};

/** Whatever the umask, now or when it was made. Passing through shows nobody what is in it. */
const letThrough = async (folder: string): Promise<void> => chmod(folder, (await stat(folder)).mode | 0o011);
