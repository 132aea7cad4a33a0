/** Fills the tables of one database from a backup, in the caller's transaction. */
import path from 'node:path';
import type pg from 'pg';
import type { DatabaseName } from '../services.ts';
import { copyIn } from './copy.ts';
import { fileOf, type SavedDatabase } from './manifest.ts';
import { nameOf, quoted, tablesOf } from './tables.ts';

/**
 * CHECKs and foreign keys hold as always, which is why the order of the tables matters; only triggers, which would act a second
 * time on what has happened already, are off meanwhile. Throws when tables or numbers of rows are not the backup's.
 */
export const load = async (
  client: pg.Client,
  { folder, name, saved, signal }: { folder: string; name: DatabaseName; saved: SavedDatabase; signal?: AbortSignal },
): Promise<void> => {
  const made = (await tablesOf(client)).map(nameOf).sort();
  const expected = saved.tables.map(nameOf).sort();
  if (made.join() !== expected.join())
    throw new Error(`the migrations of ${name} make ${made.join(', ')}; the backup has ${expected.join(', ')}`);
  for (const table of saved.tables) {
    await client.query(`ALTER TABLE ${quoted(table)} DISABLE TRIGGER USER`);
    await copyIn(client, table, path.join(folder, fileOf(name, table)), signal);
    await client.query(`ALTER TABLE ${quoted(table)} ENABLE TRIGGER USER`);
  }
  for (const { schema, name: sequence, last } of saved.sequences)
    if (last !== null)
      await client.query('SELECT setval($1::regclass, $2::bigint)', [quoted({ schema, name: sequence }), last]);
  // The planner would otherwise take the tables for empty until autovacuum has come by.
  await client.query('ANALYZE');
};
