/** One connection to each database, for tools that work on all of them at the same moment. */
import { openClient } from '#platform/database/connection.ts';
import type pg from '#platform/database/pg.ts';
import type { DatabaseUrls } from '../addresses.ts';
import type { Databases, Query } from '../audit/rule.ts';
import { type DatabaseName, databaseNames } from '../services.ts';

export type Connections = Readonly<Record<DatabaseName, pg.Client>>;

// 5 s: connecting takes milliseconds, so more means that the server is gone.
const connectWithinMs = 5_000;

/** Runs `work` and closes the connections, which rolls back the transactions that are still open. */
export const withConnections = async <T>(
  urls: DatabaseUrls,
  signal: AbortSignal | undefined,
  work: (connections: Connections) => Promise<T>,
): Promise<T> => {
  const broken: string[] = [];
  const onBreak = (name: DatabaseName) => (error: Error) =>
    broken.push(`the connection to the database of ${name} broke: ${error.message}`);
  const clients = databaseNames.map((name) => [name, open(urls[name], onBreak(name))] as const);
  const close = () => Promise.all(clients.map(([, client]) => client.end()));
  // Ends running statements as well, so that waiting for a lock does not outlive the request to stop.
  const giveUp = () => void close();
  signal?.addEventListener('abort', giveUp);
  try {
    await Promise.all(clients.map(([name, client]) => connect(name, client)));
    signal?.throwIfAborted();
    return await work(Object.fromEntries(clients) as Connections);
  } catch (fault) {
    // The error of the next statement on a broken connection is not the reason.
    signal?.throwIfAborted();
    throw broken[0] ? new Error(broken[0], { cause: fault }) : fault;
  } finally {
    signal?.removeEventListener('abort', giveUp);
    await close();
  }
};

const open = (connectionString: string, onBreak: (error: Error) => void): pg.Client => {
  // No bound for a statement, because a copy depends on the size of its table; a lost peer is noticed.
  const client = openClient(connectionString, { name: 'agora-backup', connectMs: connectWithinMs });
  client.on('error', onBreak);
  return client;
};

const connect = async (name: DatabaseName, client: pg.Client): Promise<void> => {
  try {
    await client.connect();
  } catch (cause) {
    const reason = cause instanceof AggregateError ? cause.errors[0] : cause;
    throw new Error(`cannot reach the database of ${name}: ${reason instanceof Error ? reason.message : reason}`, {
      cause,
    });
  }
};

/** Does the same in all databases at once. */
export const inEach = async <T>(
  connections: Connections,
  work: (client: pg.Client, name: DatabaseName) => Promise<T>,
): Promise<Record<DatabaseName, T>> => {
  const results = await Promise.all(
    databaseNames.map(async (name) => [name, await work(connections[name], name)] as const),
  );
  return Object.fromEntries(results) as Record<DatabaseName, T>;
};

/** As the audit reads databases: each query sees what its connection's transaction sees. */
export const queriesOf = (connections: Connections): Databases =>
  Object.fromEntries(
    databaseNames.map((name): [string, Query] => [
      name,
      async (sql, ...values) => (await connections[name].query(sql, values)).rows,
    ]),
  ) as unknown as Databases;
