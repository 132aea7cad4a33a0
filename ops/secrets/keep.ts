/** Files that are there whole or not at all. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import path from 'node:path';

export interface Keeping {
  readonly mode: number;
  /** What nobody could make again is on the disk before it gets its name: a power cut must not take it. */
  readonly isOnlyCopy: boolean;
}

/** Leaves a file alone that says the same already. Tells whether it was written. */
export const keep = async (file: string, content: string, { mode, isOnlyCopy }: Keeping): Promise<boolean> => {
  if (existsSync(file) && readFileSync(file, 'utf8') === content) return false;
  mkdirSync(path.dirname(file), { recursive: true });
  const handle = await open(`${file}.new`, 'w', mode);
  await handle.writeFile(content);
  await handle.chmod(mode);
  if (isOnlyCopy) await handle.sync();
  await handle.close();
  await rename(`${file}.new`, file);
  return true;
};
