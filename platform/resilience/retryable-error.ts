/** What could not be done at this moment though nothing is wrong with it: the caller may ask again, and is told so. */
import { isConflict, sqlStateOf } from '../database/transaction.ts';

const sentences = {
  /** Others are changing the same thing, or the caller is, many times at once. */
  RESOURCE_BUSY: 'Too much is being done about the same thing at this moment. Nothing was changed: try again shortly.',
  SUBGRAPH_OVERLOADED:
    'There is more to do here than can be done at this moment. Nothing was changed: try again shortly.',
  // A connection may have broken after the commit and before its confirmation.
  SUBGRAPH_UNAVAILABLE:
    'The database cannot be reached at this moment. Try again shortly, a mutation with the same idempotency key.',
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

/** The error as one of these, when it is one; a bug is none. */
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

// What the server says of a statement whose lock did not come, or that it gave up (platform/database/database.ts).
const lockTimeout = '55P03';
const statementTimeout = '57014';

// node-postgres while all connections of the pool are taken; Prisma of a transaction that waits for one of them, and of one
// that took longer than it may. They have no codes that nothing else has.
const overload =
  /timeout exceeded when trying to connect|unable to start a transaction in the given time|on an expired transaction/i;

/** Tells "something we need is away" from "this message fails": the first is waited for, the second has N tries. */

/** Codes of Node's sockets, of undici, of Prisma and of PostgreSQL that mean: not reachable, or not now. */
const outageCodes = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT'],
  // Prisma: not reachable, timed out, connection closed, no connection free in the pool.
  ...['P1001', 'P1002', 'P1008', 'P1017', 'P2024'],
  // PostgreSQL: shutting down, crashed, starting up; too many connections; read-only while it fails over; disk full; a row
  // that somebody else keeps locked.
  ...['57P01', '57P02', '57P03', '53300', '25006', '53100', '55P03'],
]);

// Errors of node-postgres and of Prisma's driver adapter that carry no code.
const outageMessages =
  /connection terminated|query read timeout|connection (was )?closed|connection is closed|timeout exceeded when trying to connect|can't reach database server|server has closed the connection|client has encountered a connection error|unable to start a transaction in the given time/i;

// Causes are followed this deep: Prisma's error → the adapter's → node-postgres' is three.
const deepest = 6;

/** True when the error, or one of its causes, says that a database or a network is away. */
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
