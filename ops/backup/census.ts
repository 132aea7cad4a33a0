/** What a restore would replace, and whether somebody is still using it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { DatabaseName } from '../services.ts';
import { quoted, tablesOf } from './tables.ts';

/** The history of migrations is no data: a database that was migrated and nothing else is empty. */
const isData = ({ name }: { name: string }): boolean => name !== '_prisma_migrations';

/** What is in a database, as a sentence; undefined for one that is empty. */
export const whatIsIn = async (client: pg.Client, name: DatabaseName): Promise<string | undefined> => {
  const filled: string[] = [];
  for (const table of (await tablesOf(client)).filter(isData)) {
    const { rows } = await client.query<{ count: string }>(`SELECT count(*) FROM ${quoted(table)}`);
    if (rows[0]?.count !== '0') filled.push(`${table.name} ${rows[0]?.count}`);
  }
  return filled.length === 0 ? undefined : `the database of ${name} has rows: ${filled.join(', ')}`;
};

// 3 s: a connection that was closed a moment ago is still on the server's list.
const patienceMs = 3_000;
const lookAgainMs = 100;

const sessions = `
  SELECT DISTINCT coalesce(nullif(application_name, ''), usename) AS who FROM pg_stat_activity
   WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename IS NOT NULL`;

/** A service that goes on while its data is replaced would mix what it remembers with what it finds. */
export const insistOnBeingAlone = async (client: pg.Client, name: DatabaseName): Promise<void> => {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const { rows } = await client.query<{ who: string }>(sessions);
    if (rows.length === 0) return;
    if (Date.now() > deadline)
      throw new Error(
        `somebody is connected to the database of ${name} (${rows.map(({ who }) => who).join(', ')}): stop the services first`,
      );
    await sleep(lookAgainMs);
  }
};
