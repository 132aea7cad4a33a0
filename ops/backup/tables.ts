/** The tables and sequences of a database, and the rows of a table to a file and back, streamed: it may exceed the memory. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import pg from '#platform/database/pg.ts';
import { shadowPrefix } from '../rebuild/shadow.ts';
import type { SavedTable } from './manifest.ts';

export interface Table {
  readonly schema: string;
  readonly name: string;
  /** Without generated columns. */
  readonly columns: readonly string[];
}

export interface Sequence {
  readonly schema: string;
  readonly name: string;
  /** Null when no number was ever drawn from it. */
  readonly last: string | null;
}

type Named = Pick<Table, 'schema' | 'name'>;

export const nameOf = ({ schema, name }: Named): string => `${schema}.${name}`;
export const quoted = ({ schema, name }: Named): string =>
  `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`;

// Extensions create and fill their own tables. A rebuild of a read model that is under way, or was killed, has a schema.
const ofOurs = `
      namespace.nspname !~ '^(pg_|${shadowPrefix})' AND namespace.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = relation.oid AND deptype = 'e')`;

const tables = `
  SELECT namespace.nspname AS schema, relation.relname AS name,
         array_agg(attname::text ORDER BY attnum) FILTER (WHERE attgenerated = '') AS columns
    FROM pg_class relation
    JOIN pg_namespace namespace ON namespace.oid = relation.relnamespace
    JOIN pg_attribute ON attrelid = relation.oid AND attnum > 0 AND NOT attisdropped
   WHERE relation.relkind = 'r' AND ${ofOurs}
   GROUP BY 1, 2 ORDER BY 1, 2`;

const references = `
  SELECT referrer_schema.nspname || '.' || referrer.relname AS referrer, referred_schema.nspname || '.' || referred.relname AS referred
    FROM pg_constraint
    JOIN pg_class referrer ON referrer.oid = conrelid
    JOIN pg_namespace referrer_schema ON referrer_schema.oid = referrer.relnamespace
    JOIN pg_class referred ON referred.oid = confrelid
    JOIN pg_namespace referred_schema ON referred_schema.oid = referred.relnamespace
   WHERE contype = 'f' AND conrelid <> confrelid`;

const sequences = `
  SELECT schemaname AS schema, sequencename AS name, last_value::text AS last
    FROM pg_sequences WHERE schemaname !~ '^pg_' ORDER BY 1, 2`;

/** All tables that hold our data, referenced tables before those that reference them. */
export const tablesOf = async (client: pg.Client): Promise<readonly Table[]> => {
  const { rows } = await client.query<Table>(tables);
  const edges = (await client.query<Reference>(references)).rows;
  return referredFirst(rows, edges);
};

export const sequencesOf = async (client: pg.Client): Promise<readonly Sequence[]> =>
  (await client.query<Sequence>(sequences)).rows;

interface Reference {
  readonly referrer: string;
  readonly referred: string;
}

/** Self-references do not matter: PostgreSQL checks them at the end of the statement that fills the table. */
export const referredFirst = <T extends Named>(all: readonly T[], references: readonly Reference[]): readonly T[] => {
  const ordered: T[] = [];
  let left = [...all];
  while (left.length > 0) {
    const names = new Set(left.map(nameOf));
    const waits = (table: T) =>
      references.some(({ referrer, referred }) => referrer === nameOf(table) && names.has(referred));
    const free = left.filter((table) => !waits(table));
    if (free.length === 0) throw new Error(`these tables reference each other in a cycle: ${[...names].join(', ')}`);
    ordered.push(...free);
    left = left.filter(waits);
  }
  return ordered;
};

const columnsOf = ({ columns }: Pick<Table, 'columns'>): string => columns.map(pg.escapeIdentifier).join(', ');

/** PostgreSQL's text format, which every later release reads, compressed. On the disk when this resolves. */
export const copyOut = async (
  client: pg.Client,
  table: Table,
  file: string,
  signal?: AbortSignal,
): Promise<Pick<SavedTable, 'rows' | 'bytes' | 'sha256'>> => {
  const rows = client.query(copyTo(`COPY ${quoted(table)} (${columnsOf(table)}) TO STDOUT`));
  const hash = createHash('sha256');
  let bytes = 0;
  const measure = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  };
  // 0600: it holds addresses, password hashes and payment tokens.
  const disk = createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true });
  await pipeline(rows, createGzip(), measure, disk, { signal });
  // The data ends before the server reports the number of rows; the next result on this connection comes after that.
  await client.query('SELECT 1');
  return { rows: rows.rowCount, bytes, sha256: hash.digest('hex') };
};

/** Throws unless as many rows arrive as were saved. */
export const copyIn = async (
  client: pg.Client,
  table: SavedTable,
  file: string,
  signal?: AbortSignal,
): Promise<void> => {
  const rows = client.query(copyFrom(`COPY ${quoted(table)} (${columnsOf(table)}) FROM STDIN`));
  await pipeline(createReadStream(file), createGunzip(), rows, { signal });
  if (rows.rowCount !== table.rows)
    throw new Error(`${nameOf(table)} has ${rows.rowCount} rows, and the backup says ${table.rows}`);
};
