/** How a subgraph's Prisma client reaches its PostgreSQL. */
import { createHash } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import type { ClientBase } from 'pg';
import { measurePool, type Pool } from './database-metrics.ts';
import type { Registry } from './metrics.ts';
// Prisma's adapter has the package itself; what that would take from the environment is gone by then.
import './pg.ts';
import { traceStatements } from './tracing-sql.ts';

export interface PoolOptions {
  readonly metrics?: Registry;
  /** `off` where a pooler gives each transaction another connection and knows nothing of statements that have a name. */
  readonly preparedStatements?: 'on' | 'off';
  /** A statement without an answer in this time has failed; without it, it is waited for. */
  readonly queryTimeoutMs?: number;
  /** Who does not get a lock in this time has failed (see platform/not-now.ts). */
  readonly lockTimeoutMs?: number;
}

// 3 s: locks are held for milliseconds. Whoever waits holds a connection, and has its caller wait.
const defaultLockTimeoutMs = 3_000;

/**
 * Prisma's driver adapter over node-postgres. Named statements let PostgreSQL keep the plan of a query that this
 * connection has run before; the name is a digest, because two queries must never share one.
 * Give the client `errorFormat: 'minimal'` as well: Prisma's other formats print the arguments of a failed query, payment
 * tokens and all, into the message that ends up in the logs.
 */
export const prismaAdapter = (
  connectionString: string,
  poolSize: number,
  { metrics, preparedStatements = 'on', queryTimeoutMs, lockTimeoutMs = defaultLockTimeoutMs }: PoolOptions = {},
): PrismaPg => {
  const adapter = new PrismaPg(
    // 5 s to get a connection: a database that is away must turn into an error while the caller still waits.
    {
      connectionString,
      max: poolSize,
      connectionTimeoutMillis: queryTimeoutMs ?? 5_000,
      idleTimeoutMillis: 60_000,
      onConnect: (client) => prepareSession(client, lockTimeoutMs),
      ...(queryTimeoutMs && { query_timeout: queryTimeoutMs }),
    },
    preparedStatements === 'on' ? { statementNameGenerator: digestOf } : {},
  );
  const connect = adapter.connect.bind(adapter);
  let pool: Pool | undefined;
  if (metrics) measurePool(metrics, poolSize, () => pool);
  adapter.connect = async () => {
    const connected = await connect();
    pool = connected.underlyingDriver();
    return traceStatements(connected);
  };
  return adapter;
};

const digestOf = ({ sql }: { sql: string }): string => createHash('sha1').update(sql).digest('base64url');

/**
 * UTC, whatever the server prefers: the adapter sends instants without a zone, and they would be taken for local time. By a
 * statement, since poolers refuse start-up options; they carry the time zone over to each connection that they lend.
 * For the other setting see docs/databases.md.
 */
const prepareSession = async (client: ClientBase, lockTimeoutMs: number): Promise<void> =>
  void (await client.query(`SET timezone TO 'UTC'; SET lock_timeout TO ${lockTimeoutMs}`));
