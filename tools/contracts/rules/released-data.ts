/** The rows of a database as one file, and back again: what the release before would leave to the next one. */
import { gunzipSync, gzipSync } from 'node:zlib';
import pg from '#platform/database/pg.ts';

export interface ReleasedData {
  /** Name → checksum of every migration that had been applied. */
  readonly migrations: Readonly<Record<string, string>>;
  /** Rows of each table, as PostgreSQL's JSON. */
  readonly tables: Readonly<Record<string, readonly unknown[]>>;
}

export const packed = (data: ReleasedData): Buffer => gzipSync(JSON.stringify(data), { level: 9 });
export const unpacked = (bytes: Buffer): ReleasedData => JSON.parse(gunzipSync(bytes).toString()) as ReleasedData;

const history = '_prisma_migrations';

export const tablesOf = async (client: pg.Client): Promise<string[]> => {
  const { rows } = await client.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables
      WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> $1 ORDER BY 1`,
    [history],
  );
  return rows.map(({ name }) => name);
};

export const dump = async (client: pg.Client): Promise<ReleasedData> => {
  const applied = await client.query<{ migration_name: string; checksum: string }>(
    `SELECT migration_name, checksum FROM ${history} ORDER BY 1`,
  );
  const tables: [string, unknown[]][] = [];
  for (const name of await tablesOf(client)) {
    const { rows } = await client.query<{ row: unknown }>(
      `SELECT to_jsonb(t) AS row FROM ${pg.escapeIdentifier(name)} t`,
    );
    tables.push([name, rows.map(({ row }) => row)]);
  }
  return {
    migrations: Object.fromEntries(applied.rows.map(({ migration_name: name, checksum }) => [name, checksum])),
    tables: Object.fromEntries(tables),
  };
};

/** As a superuser, with triggers and foreign keys at rest: rows come in the order of their tables' names. */
export const load = async (client: pg.Client, { tables }: ReleasedData): Promise<void> => {
  await client.query('BEGIN');
  await client.query('SET LOCAL session_replication_role = replica');
  for (const [name, rows] of Object.entries(tables)) {
    // With its schema: a table called line must not be taken for PostgreSQL's type of that name.
    const table = `public.${pg.escapeIdentifier(name)}`;
    const { rows: columns } = await client.query<{ name: string }>(
      `SELECT column_name AS name FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER'`,
      [name],
    );
    const list = columns.map((column) => pg.escapeIdentifier(column.name)).join(', ');
    await client.query(
      `INSERT INTO ${table} (${list}) OVERRIDING SYSTEM VALUE
       SELECT ${list} FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)`,
      [JSON.stringify(rows)],
    );
  }
  await client.query('COMMIT');
};

/** How many rows each table has. */
export const counts = async (client: pg.Client): Promise<Record<string, number>> => {
  const found: [string, number][] = [];
  for (const name of await tablesOf(client)) {
    const { rows } = await client.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM ${pg.escapeIdentifier(name)}`,
    );
    found.push([name, rows[0]?.count ?? 0]);
  }
  return Object.fromEntries(found);
};
