/** What could not be done at this moment though nothing is wrong with it: the caller may ask again, and is told so. */

import { isConflict, sqlStateOf } from '../database/transaction.ts';
import { isOutage } from './outage.ts';

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
