/** What could not be done at this moment though nothing is wrong with it: the caller may ask again, and is told so. */
import { isOutage } from './bus/outage.ts';

const sentences = {
  /** Others are changing the same thing, or the caller is, many times at once. */
  RESOURCE_BUSY: 'Too much is being done about the same thing at this moment. Nothing was changed: try again shortly.',
  SUBGRAPH_OVERLOADED:
    'There is more to do here than can be done at this moment. Nothing was changed: try again shortly.',
  // A connection may have broken after the commit and before its confirmation.
  SUBGRAPH_UNAVAILABLE:
    'The database cannot be reached at this moment. Try again shortly, a mutation with the same idempotency key.',
} as const;

type NotNowCode = keyof typeof sentences;

export class NotNow extends Error {
  readonly code: NotNowCode;
  constructor(code: NotNowCode, options?: ErrorOptions) {
    super(sentences[code], options);
    this.name = 'NotNow';
    this.code = code;
  }
}

/** The error as one of these, when it is one; a bug is none. */
export const notNow = (error: unknown): NotNow | undefined => {
  if (error instanceof NotNow) return error;
  const code = codeOf(error);
  return code && new NotNow(code, { cause: error });
};

const codeOf = (error: unknown): NotNowCode | undefined => {
  if (!(error instanceof Error)) return undefined;
  if (isContention(error)) return 'RESOURCE_BUSY';
  if (overload.test(error.message) || originalCodeOf(error) === statementTimeout) return 'SUBGRAPH_OVERLOADED';
  return isOutage(error) ? 'SUBGRAPH_UNAVAILABLE' : undefined;
};

// A lock that did not come; a conflict or a deadlock that was left after the retries of platform/transaction.ts.
const contentionCodes = new Set(['55P03', '40001', '40P01']);

// What the server says of a statement that it gave up (platform/database.ts).
const statementTimeout = '57014';

interface PrismaError extends Error {
  readonly code?: unknown;
  readonly meta?: { readonly driverAdapterError?: { readonly cause?: { readonly originalCode?: string } } };
}

/** PostgreSQL's own code is in what the driver adapter says. */
const originalCodeOf = ({ meta }: PrismaError): string => meta?.driverAdapterError?.cause?.originalCode ?? '';

/** P2034 is Prisma's name for a conflict. */
const isContention = (error: PrismaError): boolean =>
  error.code === 'P2034' || contentionCodes.has(originalCodeOf(error));

// node-postgres while all connections of the pool are taken; Prisma of a transaction that waits for one of them, and of one
// that took longer than it may. They have no codes that nothing else has.
const overload =
  /timeout exceeded when trying to connect|unable to start a transaction in the given time|on an expired transaction/i;
