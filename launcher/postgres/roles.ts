import { databaseUrl, withClient } from '#platform/database/client.ts';
import pg from '#platform/database/pg.ts';

/** A database and the role of the same name that owns it. */
export type OwnedDatabase = {
  name: string;
  password: string;
  /** Off loses the last moments before a crash of the machine, but never consistency. */
  synchronousCommit?: 'on' | 'off';
};

/**
 * Makes sure that each database exists, is owned by its own role with this password, and is closed to every other role.
 * Returns their addresses by name.
 */
export const ensureDatabases = async (
  cluster: { superuserUrl: string; port: number },
  databases: readonly OwnedDatabase[],
): Promise<Record<string, string>> =>
  withClient(cluster.superuserUrl, async (client) => {
    // One at a time: two that change the rights of the same database meet "tuple concurrently updated". Ends with the session.
    await client.query(`SELECT pg_advisory_lock(hashtext('agora ensureDatabases'))`);
    await client.query('REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC');
    const urls: Record<string, string> = {};
    for (const { name, password, synchronousCommit = 'on' } of databases) {
      const quoted = pg.escapeIdentifier(name);
      if (!(await exists(client, 'SELECT 1 FROM pg_roles WHERE rolname = $1', name)))
        await client.query(`CREATE ROLE ${quoted}`);
      await client.query(`ALTER ROLE ${quoted} LOGIN PASSWORD ${pg.escapeLiteral(password)}`);
      await client.query(`ALTER ROLE ${quoted} SET synchronous_commit = ${synchronousCommit}`);
      if (!(await exists(client, 'SELECT 1 FROM pg_database WHERE datname = $1', name))) {
        await client.query(`CREATE DATABASE ${quoted} OWNER ${quoted}`);
      }
      await client.query(`REVOKE CONNECT, TEMPORARY ON DATABASE ${quoted} FROM PUBLIC`);
      urls[name] = databaseUrl({ role: name, password, port: cluster.port, database: name });
    }
    return urls;
  });

const exists = async (client: pg.Client, sql: string, name: string): Promise<boolean> =>
  (await client.query(sql, [name])).rows.length > 0;
