import { expect, it } from 'vitest';
import { isOutage, RetryableError, retryableError } from './retryable-error.ts';

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
  ['something that is not an error', 'timeout exceeded when trying to connect'],
])('%s may not', (_, error) => expect(retryableError(error)).toBeUndefined());

const coded = (code: string, more: object = {}) => Object.assign(new Error('it failed'), { code, ...more });

it.each([
  ['a refused connection', coded('ECONNREFUSED')],
  ['a database that shuts down', coded('57P01')],
  ['a database that starts up', coded('57P03')],
  ['a connection exception of the SQL standard', coded('08006')],
  ['a server that is read-only while it fails over', coded('25006')],
  ['a row that somebody else keeps locked', coded('55P03')],
  ['a database that Prisma cannot reach', coded('P1001')],
  ['a connection that Prisma lost', coded('P1017')],
  ['a connection that broke under node-postgres', new Error('Connection terminated unexpectedly')],
  ['a pool that got no connection in time', new Error('timeout exceeded when trying to connect')],
  ['the cause of another error', new Error('cannot save', { cause: coded('ETIMEDOUT') })],
  ['one of several tries to connect', new AggregateError([coded('ENETUNREACH'), coded('ECONNREFUSED')])],
  [
    'what the driver adapter of Prisma reports of a raw query',
    coded('P2010', { meta: { driverAdapterError: { cause: { kind: 'postgres', originalCode: '57P01' } } } }),
  ],
  ['what the driver adapter of Prisma reports by kind', { cause: { kind: 'DatabaseNotReachable' } }],
])('sees an outage in %s', (_, error) => expect(isOutage(error)).toBe(true));

it.each([
  ['a duplicate key', coded('23505')],
  ['a duplicate key by Prisma', coded('P2002')],
  ['a fault of our own', new TypeError('cannot read properties of undefined')],
  ['something that is not an error', 'ECONNREFUSED'],
  ['nothing', undefined],
])('sees none in %s', (_, error) => expect(isOutage(error)).toBe(false));

it('is not trapped by errors that cause each other', () => {
  const error = new Error('one');
  error.cause = new Error('two', { cause: error });
  expect(isOutage(error)).toBe(false);
});
