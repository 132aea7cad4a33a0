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
