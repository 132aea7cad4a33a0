/** How a subgraph's Prisma client reaches its PostgreSQL. */
import { createHash } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import { Gauge, type Registry } from '../observability/metrics.ts';
import { traceStatements } from '../observability/tracing.ts';
import { databaseAddress } from './address.ts';
import { boundedConnection } from './connection.ts';

export interface PoolOptions {
  readonly metrics?: Registry;
  /** `off` behind a pooler in transaction mode that does not support named statements. */
  readonly preparedStatements?: 'on' | 'off';
  /** Without an answer in this time the connection counts as dead and its statement as failed. */
  readonly answerTimeoutMs?: number;
  /** A statement without its lock after this time fails with a retryable error. */
  readonly lockTimeoutMs?: number;
}

// 10 s: the limit of a whole transaction (transaction.ts); a statement takes milliseconds.
const defaultAnswerTimeoutMs = 10_000;

// 3 s: locks are held for milliseconds. A waiting statement holds a connection, and its caller waits, too.
const defaultLockTimeoutMs = 3_000;

/**
 * Prisma's driver adapter over node-postgres. Named statements let PostgreSQL keep the plan of a query that this
 * connection has run before; the name is a digest, because two queries must never share one.
 */
export const prismaAdapter = (
  address: string,
  poolSize: number,
  {
    metrics,
    preparedStatements = 'on',
    answerTimeoutMs = defaultAnswerTimeoutMs,
    lockTimeoutMs = defaultLockTimeoutMs,
  }: PoolOptions = {},
): PrismaPg => {
  const adapter = new PrismaPg(
    {
      // 5 s to connect: an unavailable database must turn into an error while the caller still waits.
      ...boundedConnection(address, {
        name: 'agora',
        connectMs: Math.min(5_000, answerTimeoutMs),
        answerMs: answerTimeoutMs,
        settings: settingsOf({ answerTimeoutMs, lockTimeoutMs }),
      }),
      max: poolSize,
      idleTimeoutMillis: 60_000,
    },
    {
      schema: databaseAddress(address).schema,
      ...(preparedStatements === 'on' && { statementNameGenerator: digestOf }),
    },
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

/**
 * `connect` for a generated client. Minimal errors, because Prisma's other formats print the arguments of a failed query,
 * payment tokens and all, into the message that ends up in the logs.
 */
export const prismaConnector =
  <Client>(PrismaClient: new (options: { adapter: PrismaPg; errorFormat: 'minimal' }) => Client) =>
  (url: string, poolSize: number, options?: PoolOptions): Client =>
    new PrismaClient({ adapter: prismaAdapter(url, poolSize, options), errorFormat: 'minimal' });

const digestOf = ({ sql }: { sql: string }): string => createHash('sha1').update(sql).digest('base64url');

/**
 * UTC, because the adapter sends instants without a zone. The server aborts a slow statement a little before we give up
 * its connection, and ends the idle transaction of a vanished process, with its locks, once that must have timed out.
 * Poolers preserve the time zone; for the other settings see docs/databases.md.
 */
const settingsOf = ({
  answerTimeoutMs,
  lockTimeoutMs,
}: {
  readonly answerTimeoutMs: number;
  readonly lockTimeoutMs: number;
}) => ({
  timezone: 'UTC',
  lock_timeout: lockTimeoutMs,
  statement_timeout: Math.round(answerTimeoutMs * 0.8),
  idle_in_transaction_session_timeout: answerTimeoutMs * 1.5,
});

interface Pool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
}

const unopened: Pool = { totalCount: 0, idleCount: 0, waitingCount: 0 };

/** Prisma opens the pool with the first statement, and again after a disconnect. */
const measurePool = (registry: Registry, limit: number, current: () => Pool | undefined): void => {
  const registers = [registry];
  new Gauge({
    name: 'agora_database_pool_connections',
    help: 'Connections of the database pool, by state: total, and idle of these.',
    labelNames: ['state'],
    registers,
    collect() {
      const pool = current() ?? unopened;
      this.set({ state: 'total' }, pool.totalCount);
      this.set({ state: 'idle' }, pool.idleCount);
    },
  });
  new Gauge({
    name: 'agora_database_pool_limit',
    help: 'The most connections that the database pool may have (DATABASE_POOL_SIZE).',
    registers,
  }).set(limit);
  new Gauge({
    name: 'agora_database_pool_waiting_requests',
    help: 'Statements and transactions that wait for a free connection of the database pool.',
    registers,
    collect() {
      this.set((current() ?? unopened).waitingCount);
    },
  });
};
