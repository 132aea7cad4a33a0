/** The secrets of the embedded default: `secrets.json` of its data folder, and a file for each that a service reads again. */
import { chmod, mkdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { keep } from './keep.ts';

/** In `secrets.json`. */
export interface DataSecrets {
  readonly databasePasswords?: Readonly<Record<string, string>>;
  readonly redisPassword?: string;
  /** The services' own, by variable. */
  readonly variables?: Readonly<Record<string, string>>;
}

const fileOf = (folder: string): string => path.join(folder, 'secrets.json');

/** Given to the service as `<NAME>_FILE`, because they change while it runs. */
export const rotatable = ['ACCESS_TOKEN_KEYS'] as const;
export type Rotatable = (typeof rotatable)[number];

export const secretFile = (folder: string, name: Rotatable): string => path.join(folder, 'secrets', name);

/** Nothing yet is no secrets. */
export const readDataSecrets = async (folder: string): Promise<DataSecrets> => {
  try {
    return JSON.parse(await readFile(fileOf(folder), 'utf8'));
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new Error(`Cannot read ${fileOf(folder)}`, { cause: fault });
  }
};

/** `secrets.json` first, which is the master: the next start writes the files again from it. */
export const writeDataSecrets = async (folder: string, secrets: DataSecrets): Promise<void> => {
  // Synced before it is renamed: a crash must not lose the only copy of the database passwords.
  await keep(fileOf(folder), JSON.stringify(secrets, null, 2), { mode: 0o600, isOnlyCopy: true });
  await mkdir(path.join(folder, 'secrets'), { recursive: true, mode: 0o700 });
  for (const name of rotatable) {
    const value = secrets.variables?.[name];
    if (value) await keep(secretFile(folder, name), value, { mode: 0o600, isOnlyCopy: false });
  }
};

/**
 * Closes to others what holds a secret in a data folder, and returns what they could read. Changes nothing where `secrets.json`
 * is not ours: somebody may have named a folder of something else.
 */
export const closeDataSecrets = async (folder: string): Promise<string[]> => {
  const found: DataSecrets | null = await readDataSecrets(folder);
  const isOurs = found?.databasePasswords !== undefined || found?.variables !== undefined;
  return isOurs ? closeToOthers(secretPaths(folder)) : [];
};

/** Makes what is ours readable by its owner alone; returns what others could read until now. */
export const closeToOthers = async (paths: readonly string[]): Promise<string[]> => {
  const opened: string[] = [];
  for (const file of paths) {
    const found = await stat(file).catch(() => undefined);
    if (!found || found.uid !== process.getuid?.() || (found.mode & 0o077) === 0) continue;
    await chmod(file, found.mode & 0o700);
    opened.push(file);
  }
  return opened;
};

/** Of a data folder: all that holds a secret. */
export const secretPaths = (folder: string): string[] => [
  fileOf(folder),
  path.join(folder, 'secrets'),
  ...rotatable.map((name) => secretFile(folder, name)),
];
