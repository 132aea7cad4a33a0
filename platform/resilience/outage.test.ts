import { expect, it } from 'vitest';
import { isOutage } from './retryable-error.ts';

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
  ['something that is no error', 'ECONNREFUSED'],
  ['nothing', undefined],
])('sees none in %s', (_, error) => expect(isOutage(error)).toBe(false));

it('is not trapped by errors that cause each other', () => {
  const error = new Error('one');
  error.cause = new Error('two', { cause: error });
  expect(isOutage(error)).toBe(false);
});
