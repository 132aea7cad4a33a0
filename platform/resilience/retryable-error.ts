/** Failures that pass by themselves: outages of databases and networks, contention, overload. The caller may retry. */
import { isConflict, sqlStateOf } from '../database/transaction.ts';

const sentences = {
  /** Contention on the same thing. */
  RESOURCE_BUSY: 'Too many requests are changing the same thing. Nothing was changed: try again shortly.',
  SUBGRAPH_OVERLOADED: 'This service is overloaded. Nothing was changed: try again shortly.',
  // A connection may have broken after the commit and before its confirmation.
  SUBGRAPH_UNAVAILABLE: 'The database cannot be reached. Try again shortly, a mutation with the same idempotency key.',
} as const;

type RetryableCode = keyof typeof sentences;

export class RetryableError extends Error {
  readonly code: RetryableCode;
  constructor(code: RetryableCode, options?: ErrorOptions) {
    super(sentences[code], options);
    this.name = 'RetryableError';
    this.code = code;
  }
}

/** The error as a retryable one, or undefined for a bug. */
export const retryableError = (error: unknown): RetryableError | undefined => {
  if (error instanceof RetryableError) return error;
  const code = codeOf(error);
  return code && new RetryableError(code, { cause: error });
};

const codeOf = (error: unknown): RetryableCode | undefined => {
  if (!(error instanceof Error)) return undefined;
  // A conflict is one that was left after the retries.
  if (isConflict(error) || sqlStateOf(error) === lockTimeout) return 'RESOURCE_BUSY';
  if (overload.test(error.message) || sqlStateOf(error) === statementTimeout) return 'SUBGRAPH_OVERLOADED';
  return isOutage(error) ? 'SUBGRAPH_UNAVAILABLE' : undefined;
};

// PostgreSQL's lock time-out and statement time-out (database/database.ts).
const lockTimeout = '55P03';
const statementTimeout = '57014';

// node-postgres when the pool is exhausted; Prisma for a transaction that gets no connection or exceeds its time-out. They
// have no distinct codes.
const overload =
  /timeout exceeded when trying to connect|unable to start a transaction in the given time|on an expired transaction/i;

/** Codes of Node's sockets, undici, Prisma and PostgreSQL for "unreachable" or "unavailable now". */
const outageCodes = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT'],
  // Prisma: not reachable, timed out, connection closed, no connection free in the pool.
  ...['P1001', 'P1002', 'P1008', 'P1017', 'P2024'],
  // PostgreSQL: shutting down, crashed, starting up; too many connections; read-only during fail-over; disk full; lock
  // time-out.
  ...['57P01', '57P02', '57P03', '53300', '25006', '53100', '55P03'],
]);

// Errors of node-postgres and of Prisma's driver adapter that carry no code.
const outageMessages =
  /connection terminated|query read timeout|connection (was )?closed|connection is closed|timeout exceeded when trying to connect|can't reach database server|server has closed the connection|client has encountered a connection error|unable to start a transaction in the given time/i;

// Causes are followed this deep: Prisma's error → the adapter's → node-postgres' is three.
const deepest = 6;

/** Whether the error or one of its causes is an outage of a database or network: consumers wait for its end instead of counting an attempt. */
export const isOutage = (error: unknown, depth = 0): boolean => {
  if (depth > deepest || typeof error !== 'object' || error === null) return false;
  const { code, originalCode, kind, message, cause, errors, meta } = error as {
    [key in 'code' | 'originalCode' | 'kind' | 'message' | 'cause' | 'errors' | 'meta']?: unknown;
  };
  if ([code, originalCode].some((given) => typeof given === 'string' && isOutageCode(given))) return true;
  if (typeof kind === 'string' && adapterKinds.has(kind)) return true;
  if (typeof message === 'string' && outageMessages.test(message)) return true;
  const within = [cause, ...(Array.isArray(errors) ? errors : []), adapterError(meta)];
  return within.some((inner) => isOutage(inner, depth + 1));
};

// Class 08 is "connection exception" in the SQL standard.
const isOutageCode = (code: string): boolean => outageCodes.has(code) || /^08[0-9A-Z]{3}$/.test(code);

/** How @prisma/adapter-pg names them. */
const adapterKinds = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TooManyConnections']);

const adapterError = (meta: unknown): unknown =>
  typeof meta === 'object' && meta !== null && 'driverAdapterError' in meta ? meta.driverAdapterError : undefined;
