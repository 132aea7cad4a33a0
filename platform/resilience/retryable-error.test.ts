import { expect, it } from 'vitest';
import { RetryableError, retryableError } from './retryable-error.ts';

const prisma = (code: string, message: string, originalCode?: string) =>
  Object.assign(new Error(message), {
    code,
    meta: originalCode ? { driverAdapterError: { cause: { kind: 'postgres', originalCode } } } : {},
  });

// As Prisma 7.10 over node-postgres 8 was seen to word them.
it.each([
  ['a lock that a raw statement did not get', prisma('P2010', 'Raw query failed.', '55P03'), 'RESOURCE_BUSY'],
  ['a lock that a statement of the model did not get', prisma('P2039', 'Database error.', '55P03'), 'RESOURCE_BUSY'],
  ['a deadlock that is left after the retries', prisma('P2010', 'Raw query failed.', '40P01'), 'RESOURCE_BUSY'],
  ['a write conflict that is left after the retries', prisma('P2034', 'Write conflict.'), 'RESOURCE_BUSY'],
  [
    'a write conflict that came to light with the commit',
    Object.assign(new Error('TransactionWriteConflict'), { cause: { originalCode: '40001' } }),
    'RESOURCE_BUSY',
  ],
  ['a pool without a free connection', new Error('timeout exceeded when trying to connect'), 'SUBGRAPH_OVERLOADED'],
  [
    'a transaction without a connection',
    prisma('P2028', 'Transaction API error: Unable to start a transaction in the given time.'),
    'SUBGRAPH_OVERLOADED',
  ],
  [
    'a transaction that took too long',
    prisma('P2028', 'Transaction API error: A query cannot be executed on an expired transaction.'),
    'SUBGRAPH_OVERLOADED',
  ],
  ['a database that is away', Object.assign(new Error('no'), { code: 'ECONNREFUSED' }), 'SUBGRAPH_UNAVAILABLE'],
  ['what waited too long for its turn', new RetryableError('RESOURCE_BUSY'), 'RESOURCE_BUSY'],
])('%s may be asked for again', (_, error, code) => expect(retryableError(error)?.code).toBe(code));

it.each([
  ['a bug', new TypeError('cannot read properties of undefined')],
  ['a rule of the database that was broken', prisma('P2002', 'Unique constraint failed.', '23505')],
  ['something that is no error', 'timeout exceeded when trying to connect'],
])('%s may not', (_, error) => expect(retryableError(error)).toBeUndefined());
