/** One database transaction, retried on conflicts. */
import { setTimeout as pause } from 'node:timers/promises';

/** The part of a Prisma client, or of its transaction, that the platform uses. */
export interface Sql {
  $queryRawUnsafe<T = unknown>(query: string, ...values: unknown[]): Promise<T>;
  $executeRawUnsafe(query: string, ...values: unknown[]): Promise<number>;
}

/** The time, given the database's: the same, except in tests that move the clock. */
export type Clock = (databaseTime: Date) => Date;

/**
 * The one clock that all processes of a service share, so deadlines are written by it and compared with it: a process
 * whose own clock is a minute ahead would end other customers' checkouts.
 */
export const databaseTime = async (sql: Pick<Sql, '$queryRawUnsafe'>): Promise<Date> => {
  const [row] = await sql.$queryRawUnsafe<{ now: Date }[]>('SELECT clock_timestamp() AS now');
  if (!row) throw new Error('the database gave no time');
  return row.now;
};

interface TransactionOptions {
  readonly maxWait: number;
  readonly timeout: number;
  readonly isolationLevel?: 'ReadCommitted' | 'RepeatableRead' | 'Serializable';
}

export interface Transactional<Tx> {
  $transaction<T>(work: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>;
}

// 5 attempts: a hot row seldom loses more than twice in a row; past that the caller should know.
const maxAttempts = 5;
// 5 s to get a connection and 10 s to finish: a transaction makes no external call, so longer means trouble.
const limits = { maxWait: 5_000, timeout: 10_000 };

const serializationFailure = new Set(['40001', '40P01']);

interface AdapterError {
  readonly cause?: { readonly originalCode?: string };
}

interface PrismaError extends AdapterError {
  readonly code?: unknown;
  readonly meta?: { readonly driverAdapterError?: AdapterError };
}

/**
 * PostgreSQL's own code, from the driver adapter's error: within Prisma's error or, when COMMIT fails, by itself.
 */
export const sqlStateOf = (error: Error): string => {
  const { cause, meta } = error as PrismaError;
  return (meta?.driverAdapterError?.cause ?? cause)?.originalCode ?? '';
};

/** A write conflict or a deadlock: P2034 in Prisma, PostgreSQL's own code for raw queries. */
export const isConflict = (error: Error): boolean =>
  (error as PrismaError).code === 'P2034' || serializationFailure.has(sqlStateOf(error));

/**
 * Runs `work` in one transaction. It may run again, so it must have no effect outside the database. Throws what `work`
 * throws, and the last conflict once the attempts are used up.
 */
export const inTransaction = async <Tx, T>(
  client: Transactional<Tx>,
  work: (tx: Tx) => Promise<T>,
  options: Pick<TransactionOptions, 'isolationLevel'> = {},
): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await client.$transaction(work, { ...limits, ...options });
    } catch (error) {
      if (attempt >= maxAttempts || !(error instanceof Error && isConflict(error))) throw error;
      await pause(2 ** attempt * 5 * (0.5 + Math.random()));
    }
  }
};
