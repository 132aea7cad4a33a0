/** The databases of the release before become those of this one, with everything that is in them. */

import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { temporaryCluster } from '#launcher/postgres/temporary.ts';
import { type DatabaseName, databaseNames } from '#ops/services.ts';
import { otherDatabase, withClient } from '#platform/database/client.ts';
import { applyMigrations, readMigration } from '#platform/database/migrations.ts';
import pg from '#platform/database/pg.ts';
import { findDrift, type Server, withReplay } from '../../database/migrations.ts';
import { type Check, type Finding, violation, violationUnless } from '../check.ts';
import { runsOf } from '../runs.ts';
import { root, type Workspace } from '../workspace.ts';

// The rows of a database as one file, and back again: what the release before would leave to the next one.

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
const load = async (client: pg.Client, { tables }: ReleasedData): Promise<void> => {
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
    // Rows that migrations bring along were among those released.
    await client.query(`DELETE FROM ${table}`);
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
const counts = async (client: pg.Client): Promise<Record<string, number>> => {
  const found: [string, number][] = [];
  for (const name of await tablesOf(client)) {
    const { rows } = await client.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM ${pg.escapeIdentifier(name)}`,
    );
    found.push([name, rows[0]?.count ?? 0]);
  }
  return Object.fromEntries(found);
};

export const databases: Check = {
  name: 'databases',
  title: "Migrations produce the Prisma schemas, and carry the last release's data over without losing a row.",
  needs: 'system',
  run: async (workspace) => {
    const server = await temporaryCluster();
    try {
      return (
        await Promise.all(databaseNames.map((name) => examined(server, name, releasedData(workspace, name))))
      ).flat();
    } finally {
      await server.stop();
    }
  },
  accept: async (workspace) => {
    await runsOf(workspace);
    const { databaseUrls } = await workspace.system();
    const lines = databaseNames.map(async (name) => {
      const data = await withClient(databaseUrls[name], dump);
      workspace.baseline.write(fileOf(name), packed(data));
      const rows = Object.values(data.tables).reduce((sum, table) => sum + table.length, 0);
      return `${name}: ${rows} rows after ${Object.keys(data.migrations).length} migrations`;
    });
    return await Promise.all(lines);
  },
};

const fileOf = (name: DatabaseName): string => `data/${name}.json.gz`;

const releasedData = ({ baseline }: Workspace, name: DatabaseName): ReleasedData | undefined => {
  const bytes = baseline.readBytes(fileOf(name));
  return bytes && unpacked(bytes);
};

const examined = async (server: Server, name: DatabaseName, released: ReleasedData | undefined): Promise<Finding[]> => {
  const folder = path.join(root, 'prisma', name);
  const drift = await findDrift(server, folder);
  return [
    ...violationUnless(
      drift === undefined,
      `prisma/${name}/schema.prisma`,
      `has what no migration makes: ${drift}`,
      `npm run db -- ${name} dev --name …`,
    ),
    ...(released
      ? await upgraded(server, `prisma/${name}/migrations`, path.join(folder, 'migrations'), released)
      : [violation(fileOf(name), 'There is no data of the last release.', 'npm run contracts:accept -- databases')]),
  ];
};

/** Applies what was released, loads the data, applies the rest. */
export const upgraded = async (
  server: Server,
  at: string,
  migrations: string,
  released: ReleasedData,
): Promise<Finding[]> => {
  const edited = await editedMigrations(migrations, released);
  if (edited.length > 0)
    return edited.map((name) =>
      violation(
        `${at}/${name}`,
        'was released, and has been edited or taken away since: databases that applied it differ.',
        'Restore it, and write another migration.',
      ),
    );
  const before = await mkdtemp(path.join(tmpdir(), 'agora-released-'));
  try {
    for (const name of Object.keys(released.migrations))
      await cp(path.join(migrations, name), path.join(before, name), { recursive: true });
    await mkdir(before, { recursive: true });
    return await withReplay(server, before, async (url) => {
      const database = new URL(url).pathname.slice(1);
      await withClient(otherDatabase(server.superuserUrl, database), (client) => load(client, released));
      try {
        await applyMigrations(url, migrations);
      } catch (error) {
        const message = `cannot be applied to the data of the last release: ${(error as Error).message}`;
        return [violation(at, message, 'Consider existing rows: a default, a backfill, NOT VALID.')];
      }
      return lost(at, released, await withClient(url, counts));
    });
  } finally {
    await rm(before, { recursive: true, force: true });
  }
};

const editedMigrations = async (folder: string, { migrations }: ReleasedData): Promise<string[]> => {
  const present = new Set(await readdir(folder));
  const edited = await Promise.all(
    Object.entries(migrations).map(async ([name, checksum]) => {
      if (!present.has(name)) return [name];
      const here = await readMigration(path.join(folder, name, 'migration.sql'));
      return here.checksum === checksum ? [] : [name];
    }),
  );
  return edited.flat();
};

const lost = (at: string, { tables }: ReleasedData, after: Readonly<Record<string, number>>): Finding[] =>
  Object.entries(tables)
    .filter(([name, rows]) => name in after && (after[name] ?? 0) < rows.length)
    .map(([name, rows]) =>
      violation(
        at,
        `leave ${after[name]} of ${rows.length} rows in ${name}.`,
        'A migration must not delete what it does not replace.',
      ),
    );
