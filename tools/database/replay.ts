import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Cluster } from '#launcher/postgres/cluster.ts';
import { ensureDatabases } from '#launcher/postgres/roles.ts';
import { withClient } from '#platform/database/client.ts';
import { applyMigrations } from '#platform/database/migrations.ts';
import pg from '#platform/database/pg.ts';

/** A server on which databases may be made and dropped. */
export type Server = Pick<Cluster, 'superuserUrl' | 'port'>;

/**
 * Calls `work` with the address of a throw-away database to which all migrations of the folder were applied.
 * Its role has the rights of production, so a migration that needs more fails here and not there.
 */
export const withReplay = async <T>(
  server: Server,
  migrations: string,
  work: (url: string) => Promise<T>,
): Promise<T> => {
  const name = `replay_${randomBytes(6).toString('hex')}`;
  const urls = await ensureDatabases(server, [{ name, password: name }]);
  const url = urls[name] ?? '';
  try {
    if (existsSync(migrations)) await applyMigrations(url, migrations);
    return await work(url);
  } finally {
    await withClient(server.superuserUrl, async (client) => {
      await client.query(`DROP DATABASE ${pg.escapeIdentifier(name)} WITH (FORCE)`);
      await client.query(`DROP ROLE ${pg.escapeIdentifier(name)}`);
    });
  }
};
