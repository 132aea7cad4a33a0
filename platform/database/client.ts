import { openClient } from './connection.ts';
import type pg from './pg.ts';

/** The address of a database on this machine. */
export const databaseUrl = (to: { role: string; password: string; port: number; database: string }): string =>
  `postgresql://${encodeURIComponent(to.role)}:${encodeURIComponent(to.password)}@127.0.0.1:${to.port}/${to.database}`;

/** The same server and login, another database. */
export const otherDatabase = (url: string, database: string): string =>
  Object.assign(new URL(url), { pathname: `/${database}` }).href;

// 10 s: a server on this machine answers in milliseconds, even to say that it is starting up.
const connectWithinMs = 10_000;

/** Runs `work` on a connection of its own: for commands and tests; services have pools. */
export const withClient = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = openClient(url, { name: 'agora-tools', connectMs: connectWithinMs });
  // A connection dropped while idle emits 'error'; the next query reports it as well.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};
