import { expect, test } from 'vitest';
import { inTransaction, type Transactional } from './transaction.ts';

/** A client whose transactions fail with these errors, one after the other, and then work. */
const failingWith = (...errors: Error[]): Transactional<string> & { tries: number } => {
  const client = {
    tries: 0,
    $transaction: async <T>(work: (tx: string) => Promise<T>): Promise<T> => {
      client.tries++;
      const error = errors.shift();
      if (error) throw error;
      return work('tx');
    },
  };
  return client;
};
const conflict = () => Object.assign(new Error('write conflict'), { code: 'P2034' });
const deadlock = () =>
  Object.assign(new Error('raw'), {
    code: 'P2010',
    meta: { driverAdapterError: { cause: { originalCode: '40P01' } } },
  });
// As Prisma's driver adapter was seen to throw it; it has no code.
const atCommit = () => Object.assign(new Error('TransactionWriteConflict'), { cause: { originalCode: '40001' } });

test('a write conflict and a deadlock are tried again, also one that comes to light with the commit', async () => {
  const client = failingWith(conflict(), deadlock(), atCommit());
  expect(await inTransaction(client, async (tx) => `done in ${tx}`)).toBe('done in tx');
  expect(client.tries).toBe(4);
});

test('any other error is thrown at once', async () => {
  const client = failingWith(new Error('no such table'));
  await expect(inTransaction(client, async () => 1)).rejects.toThrow('no such table');
  expect(client.tries).toBe(1);
});

test('a conflict that will not end is thrown after five tries', async () => {
  const client = failingWith(...Array.from({ length: 9 }, conflict));
  await expect(inTransaction(client, async () => 1)).rejects.toThrow('write conflict');
  expect(client.tries).toBe(5);
});
