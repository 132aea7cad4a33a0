/**
 * `npm run republish`: sends messages again that the bus may have lost (a power cut, a restored backup). Whoever took
 * one in already does nothing: the inbox knows it. Exit code 0 when done, 1 on bad arguments or a database out of reach.
 */
import { parseArgs } from 'node:util';
import type pg from 'pg';
import { withClient } from '#platform/database/client.ts';
import { findDatabases } from './addresses.ts';
import { type DatabaseName, databaseNames } from './services.ts';

const help = `usage: npm run republish -- --since TIME [service …]
  Marks what these services (all, when none is named) published since TIME as not yet published; their relays
  send it again.
  --since TIME   e.g. 2026-01-31T12:00:00Z; go back a little further than you think
  --data DIR     whose databases, when no *_DATABASE_URL is set (.data)`;

/** How many messages will be sent again. */
export const republish = (databaseUrl: string, since: Date): Promise<number> =>
  withClient(databaseUrl, async (client: pg.Client) => {
    const { rowCount } = await client.query(
      'UPDATE outbox_message SET published_at = NULL, leased_until = NULL WHERE published_at >= $1',
      [since],
    );
    // An update rings no bell of its own: the trigger that wakes the relay is on inserts.
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
  const since = new Date(values.since ?? '');
  if (Number.isNaN(since.getTime())) throw new Error('--since needs a time, e.g. 2026-01-31T12:00:00Z');
  const unknown = positionals.filter((name) => !databaseNames.some((known) => known === name));
  if (unknown.length > 0) throw new Error(`no such service: ${unknown.join(', ')}`);
  const urls = await findDatabases(process.env, values.data);
  for (const name of positionals.length > 0 ? (positionals as DatabaseName[]) : databaseNames)
    console.log(`${name}: ${await republish(urls[name], since)} messages are sent again`);
};

if (import.meta.main)
  await run().catch((error: Error) => {
    console.error(error.message || String(error));
    process.exitCode = 1;
  });
