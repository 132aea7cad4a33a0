/** The rows of one table, from a database to a file and back. Streams: a table may be larger than the memory. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import pg from '#platform/database/pg.ts';
import type { SavedTable } from './manifest.ts';
import { nameOf, quoted, type Table } from './tables.ts';

const columnsOf = ({ columns }: Pick<Table, 'columns'>): string => columns.map(pg.escapeIdentifier).join(', ');

/** PostgreSQL's own text format, which every later release of it reads, compressed. On the disk when this resolves. */
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
  // 0600: addresses, password hashes and payment tokens are in here.
  const disk = createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true });
  await pipeline(rows, createGzip(), measure, disk, { signal });
  // The data ends before the server says how many rows it was; the next answer on this connection comes after that.
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

export const sha256Of = async (file: string, signal?: AbortSignal): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash, { signal });
  return hash.digest('hex');
};
