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
  // Ours to open: passing through shows nobody what is in it. The folders above are not.
  if (runAs.uid !== undefined) await chmod(folder, (await stat(folder)).mode | 0o011);
  return reachableFor(runAs, folder) ? folder : elsewhere(path.join(folder, 'elsewhere'));
};

const elsewhere = async (link: string): Promise<string> => {
  const known = await readlink(link).catch(() => undefined);
  if (known) {
    await mkdir(known, { recursive: true });
    return known;
  }
  await mkdir(rootStore, { recursive: true, mode: 0o755 });
  const made = await mkdtemp(path.join(rootStore, 'cluster-'));
  await chmod(made, 0o755);
  await symlink(made, link);
  return made;
};
