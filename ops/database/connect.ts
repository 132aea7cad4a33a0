import { setTimeout as sleep } from 'node:timers/promises';
import { openClient } from '#platform/database/connection.ts';
import type pg from '#platform/database/pg.ts';

/** The address of a database on this machine. */
export const databaseUrl = (to: { role: string; password: string; port: number; database: string }): string =>
  `postgresql://${encodeURIComponent(to.role)}:${encodeURIComponent(to.password)}@127.0.0.1:${to.port}/${to.database}`;

/** The same server and login, another database. */
export const otherDatabase = (url: string, database: string): string =>
  Object.assign(new URL(url), { pathname: `/${database}` }).href;

// 10 s: a server on this machine answers in milliseconds, also while it says that it is starting up.
const connectWithinMs = 10_000;

/** Runs `work` on one connection of its own. */
export const withClient = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = openClient(url, { name: 'agora-tools', connectMs: connectWithinMs });
  // A connection that the server drops while idle emits 'error'; the next query reports it as well, so nothing is lost here.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

// After a crash PostgreSQL replays its log before it accepts anybody. That takes as long as it takes; five minutes means something is wrong.
const readyDeadlineMs = 5 * 60_000;

/** Waits until the server accepts a login. Gives up at once when the login itself is refused, or when the server has ended. */
export const waitUntilReady = async (url: string, exited: Promise<void>): Promise<void> => {
  let gone = false;
  void exited.then(() => {
    gone = true;
  });
  const deadline = Date.now() + readyDeadlineMs;
  for (;;) {
    const fault = await withClient(url, async () => undefined).catch((reason: NodeJS.ErrnoException) => reason);
    if (fault === undefined || gone) return;
    if (!isStarting(fault))
      throw new Error(`PostgreSQL is up but refuses our login: ${fault.message}`, { cause: fault });
    if (Date.now() > deadline) throw new Error('PostgreSQL did not become ready within five minutes', { cause: fault });
    await sleep(20);
  }
};

/** 57P03: "the database system is starting up". */
const isStarting = ({ code }: NodeJS.ErrnoException): boolean =>
  ['ECONNREFUSED', 'ECONNRESET', '57P03'].includes(code ?? '');
