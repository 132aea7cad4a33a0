/** The folder that a backup is written to: nobody else's, and left empty when the backup is not finished. */
import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { databaseNames } from '../services.ts';
import { manifestFile, unfinishedManifestFile } from './manifest.ts';

export interface BackupFolder {
  readonly path: string;
  /** Removes what a backup has put there, and the folder itself if it was made for it. */
  clear(): Promise<void>;
}

/** Makes the folder, with one for each database. Throws when there is something in it already. */
export const emptyFolder = async (wanted: string): Promise<BackupFolder> => {
  const folder = path.resolve(wanted);
  const isOurs = (await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined;
  if ((await readdir(folder)).length > 0) throw new Error(`${folder} is not empty: a backup wants a folder of its own`);
  // Nobody but their owner looks into them, whoever may look into the folder.
  for (const name of databaseNames) await mkdir(path.join(folder, name), { mode: 0o700 });
  return {
    path: folder,
    clear: async () => {
      for (const name of [...databaseNames, manifestFile, unfinishedManifestFile])
        await rm(path.join(folder, name), { recursive: true, force: true });
      if (isOurs) await rmdir(folder);
    },
  };
};
