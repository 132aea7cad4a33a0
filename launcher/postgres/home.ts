import { chmod, mkdir, mkdtemp, readlink, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { closeTo, type RunAs, reachableFor } from './account.ts';

/** Where root keeps clusters whose own folder the database account cannot reach. */
const rootStore = '/var/lib/agora';

/**
 * The folder that really holds a cluster: the given one, or, when root works in a folder closed to others (such as its home),
 * one under /var/lib/agora, to which a link `elsewhere` in the wanted folder points. Without that link a new cluster begins.
 */
export const homeOf = async (wanted: string, runAs: RunAs): Promise<string> => {
  const folder = path.resolve(wanted);
  await mkdir(folder, { recursive: true });
  // Ours to open, the folders above are not.
  await closeTo(runAs, folder);
  return reachableFor(runAs, folder) ? folder : elsewhere(path.join(folder, 'elsewhere'), runAs);
};

const elsewhere = async (link: string, runAs: RunAs): Promise<string> => {
  await mkdir(rootStore, { recursive: true });
  // Whatever the umask, now or when it was made. Passing through shows nobody what is in it.
  await chmod(rootStore, (await stat(rootStore)).mode | 0o011);
  const known = await readlink(link).catch(() => undefined);
  const home = known ?? (await mkdtemp(path.join(rootStore, 'cluster-')));
  await mkdir(home, { recursive: true });
  await closeTo(runAs, home);
  if (!known) await symlink(home, link);
  return home;
};
