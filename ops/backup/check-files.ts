/** Whether every file of a backup is as it was written: asked before anything is touched. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { databaseNames } from '../services.ts';
import { sha256Of } from './copy.ts';
import { fileOf, type Manifest } from './manifest.ts';

/** Reads all of it. Throws, naming each file that is missing or differs. */
export const checkFiles = async (folder: string, manifest: Manifest, signal?: AbortSignal): Promise<void> => {
  const faults: string[] = [];
  for (const name of databaseNames) {
    for (const table of manifest.databases[name].tables) {
      const file = fileOf(name, table);
      const found = await stat(path.join(folder, file)).catch(() => undefined);
      if (!found) faults.push(`${file} is missing`);
      else if ((await sha256Of(path.join(folder, file), signal)) !== table.sha256)
        faults.push(`${file} is not what was written: its sha256 differs`);
    }
  }
  if (faults.length > 0) throw new Error(`the backup is damaged:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
};
