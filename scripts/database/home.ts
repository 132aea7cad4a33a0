import { createHash } from 'node:crypto';
import { chmod, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { type RunAs, reachableFor } from './account.ts';

/** Where root keeps clusters whose own folder the database account cannot reach. */
const rootStore = '/var/lib/agora';

/**
 * The folder that really holds a cluster: the wanted one, or, when root works in a folder closed to others (its home, say),
 * one under /var/lib/agora that is always the same for the same wanted folder.
 */
export const homeOf = async (wanted: string, runAs: RunAs): Promise<string> => {
  const folder = path.resolve(wanted);
  await mkdir(folder, { recursive: true });
  // Ours to open: passing through shows nobody what is in it. The folders above are not.
  if (runAs.uid !== undefined) await chmod(folder, (await stat(folder)).mode | 0o011);
  if (reachableFor(runAs, folder)) return folder;
  const standIn = path.join(rootStore, createHash('sha256').update(folder).digest('hex').slice(0, 12));
  await mkdir(standIn, { recursive: true, mode: 0o755 });
  return standIn;
};
