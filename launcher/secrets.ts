import { open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { randomPassword, serviceSecrets } from '#ops/secrets/make.ts';
import { type DatabaseName, databaseNames } from '#ops/services.ts';

/** What this installation keeps to itself, in `secrets.json` of its data folder. */
export type Secrets = {
  /** Of the embedded PostgreSQL: of the superuser (`postgres`) and of each role. */
  databasePasswords: Readonly<Record<DatabaseName | 'postgres' | 'events', string>>;
  redisPassword: string;
  /** The services' own, by variable. */
  variables: Readonly<Record<string, string>>;
};

/**
 * Reads the secrets of a data folder and makes those that are missing: all of them once, later those of a new service.
 * Nobody but their owner may read the file.
 */
export const loadSecrets = async (folder: string): Promise<Secrets> => {
  const file = path.join(folder, 'secrets.json');
  const kept = await readSecrets(file);
  const secrets = {
    databasePasswords: {
      ...Object.fromEntries(['postgres', ...databaseNames, 'events'].map((role) => [role, randomPassword()])),
      ...kept.databasePasswords,
    } as Secrets['databasePasswords'],
    redisPassword: kept.redisPassword ?? randomPassword(),
    variables: Object.fromEntries(
      Object.entries(serviceSecrets).flatMap(([name, make]) =>
        make ? [[name, kept.variables?.[name] ?? make()]] : [],
      ),
    ),
  };
  const content = JSON.stringify(secrets, null, 2);
  if (content === JSON.stringify(kept, null, 2)) return secrets;
  // Whole and on the disk before it gets its name: the database's only password must not be lost in a crash.
  const handle = await open(`${file}.new`, 'w', 0o600);
  await handle.writeFile(content);
  await handle.sync();
  await handle.close();
  await rename(`${file}.new`, file);
  return secrets;
};

const readSecrets = async (file: string): Promise<Partial<Secrets>> => {
  try {
    const kept = JSON.parse(await readFile(file, 'utf8'));
    // As a checkout of before the descriptors wrote it: sessions signed with these keys outlive an update.
    const { accessTokenKeys, viewerSigningKey, ...rest } = kept;
    if (!accessTokenKeys) return kept;
    const variables = {
      ACCESS_TOKEN_KEYS: JSON.stringify(accessTokenKeys),
      VIEWER_SIGNING_KEY: JSON.stringify(viewerSigningKey),
    };
    return { ...rest, variables };
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new Error(`Cannot read ${file}`, { cause: fault });
  }
};
