import { open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import type { JWK } from 'jose';
import { randomPassword, signingKey } from '#ops/secrets/make.ts';

/** What this installation keeps to itself, in `secrets.json` of its data folder. */
export type Secrets = {
  /** Of the embedded PostgreSQL: of the superuser and of each role. */
  databasePasswords: Record<(typeof roles)[number], string>;
  redisPassword: string;
  /** Private Ed25519 keys that sign access tokens; the first signs, all are published. */
  accessTokenKeys: { keys: JWK[] };
  /** Private Ed25519 key with which the gateway vouches for a viewer. */
  viewerSigningKey: JWK;
};

const roles = ['postgres', 'user', 'product', 'order', 'payment', 'events'] as const;

/** Reads the secrets of a data folder; makes them, once, when there are none. Nobody but their owner may read the file. */
export const loadSecrets = async (folder: string): Promise<Secrets> => {
  const file = path.join(folder, 'secrets.json');
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Secrets;
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'ENOENT') throw new Error(`Cannot read ${file}`, { cause: fault });
  }
  const secrets = makeSecrets();
  // Whole and on the disk before it gets its name: the database's only password must not be lost in a crash.
  const handle = await open(`${file}.new`, 'w', 0o600);
  await handle.writeFile(JSON.stringify(secrets, null, 2));
  await handle.sync();
  await handle.close();
  await rename(`${file}.new`, file);
  return secrets;
};

const makeSecrets = (): Secrets => ({
  databasePasswords: Object.fromEntries(roles.map((role) => [role, randomPassword()])) as Secrets['databasePasswords'],
  redisPassword: randomPassword(),
  accessTokenKeys: { keys: [signingKey()] },
  viewerSigningKey: signingKey(),
});
