import { type DataSecrets, readDataSecrets, writeDataSecrets } from '#ops/secrets/data-folder.ts';
import { randomPassword, serviceSecrets } from '#ops/secrets/make.ts';
import { type AnyDatabaseName, allDatabaseNames } from '#ops/services.ts';

/** The secrets of one installation, in `secrets.json` of its data folder. */
export type Secrets = {
  /** In the embedded PostgreSQL, by role; `postgres` is the superuser. */
  databasePasswords: Readonly<Record<AnyDatabaseName | 'postgres' | 'events', string>>;
  redisPassword: string;
  /** The services' own, by variable. */
  variables: Readonly<Record<string, string>>;
};

/** Reads the secrets of a data folder and generates missing ones, such as those of a new service. Only the owner can read the file. */
export const loadSecrets = async (folder: string): Promise<Secrets> => {
  const kept = await readSecrets(folder);
  const secrets = {
    databasePasswords: {
      ...Object.fromEntries(['postgres', ...allDatabaseNames, 'events'].map((role) => [role, randomPassword()])),
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
  await writeDataSecrets(folder, secrets);
  return secrets;
};

const readSecrets = async (folder: string): Promise<DataSecrets> => {
  const kept: DataSecrets & Earlier = await readDataSecrets(folder);
  // The format before the descriptors: sessions signed with these keys must survive an update.
  const { accessTokenKeys, viewerSigningKey, ...rest } = kept;
  if (!accessTokenKeys) return kept;
  const variables = {
    ACCESS_TOKEN_KEYS: JSON.stringify(accessTokenKeys),
    VIEWER_SIGNING_KEY: JSON.stringify(viewerSigningKey),
  };
  return { ...rest, variables };
};

interface Earlier {
  readonly accessTokenKeys?: object;
  readonly viewerSigningKey?: object;
}
