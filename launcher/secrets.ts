import { open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { randomPassword, serviceSecrets } from '#ops/secrets/make.ts';
import { type DatabaseName, databaseNames } from '#ops/services.ts';

/** The secrets of one installation, in `secrets.json` of its data folder. */
export type Secrets = {
  /** In the embedded PostgreSQL, by role; `postgres` is the superuser. */
  databasePasswords: Readonly<Record<DatabaseName | 'postgres' | 'events', string>>;
  redisPassword: string;
  /** The services' own, by variable. */
  variables: Readonly<Record<string, string>>;
};

/** Reads the secrets of a data folder and generates missing ones, such as those of a new service. Only the owner can read the file. */
export const loadSecrets = async (folder: string): Promise<Secrets> => {
  const file = path.join(folder, 'secrets.json');
  const kept = await readSecrets(file);
  const secrets = {
    databasePasswords: {
      ...Object.fromEntries(['postgres', ...databaseNames, 'events'].map((role) => [role, randomPassword()])),
      ...kept.databasePasswords,
    } as Secrets['databasePasswords'],
    redisPassword: kept.redisPassword ?? randomPassword(),
    variables: {
      // Those of a service that another branch has stay.
      ...kept.variables,
      ...Object.fromEntries(
        Object.entries(serviceSecrets).flatMap(([name, make]) =>
          make ? [[name, kept.variables?.[name] ?? make()]] : [],
        ),
      ),
    },
  };
  const content = JSON.stringify(secrets, null, 2);
  if (content === JSON.stringify(kept, null, 2)) return secrets;
  // Synced before it is renamed: a crash must not lose the only copy of the database passwords.
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
    // The format before the descriptors: sessions signed with these keys must survive an update.
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
