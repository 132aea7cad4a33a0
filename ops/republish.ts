/**
 * `npm run republish`: publishes messages again that the bus may have lost, in a power cut for example. Inboxes discard those
 * that were processed. Exit code 0 when done, 1 on bad arguments or when a database is unreachable.
 */
import { parseArgs } from 'node:util';
import type pg from 'pg';
import { withClient } from '#platform/database/client.ts';
import { findDatabases } from './addresses.ts';
import { readEnvFile } from './env-file.ts';
import { type DatabaseName, databaseNames } from './services.ts';

const help = `usage: npm run republish -- --since TIME [service …]
  Marks what these services (default: all) published since TIME as unpublished; their relays publish it again.
  --since TIME   e.g. 2026-01-31T12:00:00Z; rather a little too early
  --data DIR     whose databases, when no *_DATABASE_URL is set (.data)`;

/** Returns how many messages will be published again. */
export const republish = (databaseUrl: string, since: Date): Promise<number> =>
  withClient(databaseUrl, async (client: pg.Client) => {
    const { rowCount } = await client.query(
      'UPDATE outbox_message SET published_at = NULL, leased_until = NULL WHERE published_at >= $1',
      [since],
    );
    // The trigger that wakes the relay is on inserts only.
    await client.query(`SELECT pg_notify('outbox_message', '')`);
    return rowCount ?? 0;
  });

const run = async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      since: { type: 'string' },
      data: { type: 'string', default: '.data' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(help);
  readEnvFile();
  const since = new Date(values.since ?? '');
  if (Number.isNaN(since.getTime())) throw new Error('--since needs a time, e.g. 2026-01-31T12:00:00Z');
  const unknown = positionals.filter((name) => !databaseNames.some((known) => known === name));
  if (unknown.length > 0) throw new Error(`no such service: ${unknown.join(', ')}`);
  const urls = await findDatabases(process.env, values.data);
  for (const name of positionals.length > 0 ? (positionals as DatabaseName[]) : databaseNames)
    console.log(`${name}: ${await republish(urls[name], since)} messages will be published again`);
};

if (import.meta.main)
  await run().catch((error: Error) => {
    console.error(error.message || String(error));
    process.exitCode = 1;
  });
