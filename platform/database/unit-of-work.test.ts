import { expect, it, onTestFinished } from 'vitest';
import type { Sql } from './transaction.ts';
import { unitOfWork } from './unit-of-work.ts';

const conflict = Object.assign(new Error('write conflict'), { code: 'P2034' });

/** Commits unless one of `failures` comes first. */
const database = (...failures: Error[]) => {
  const sql: Sql = {
    $queryRawUnsafe: async <T>() => [{ now: new Date(0) }] as T,
    $executeRawUnsafe: async () => 0,
  };
  const transact = async <T>(work: (tx: Sql) => Promise<T>): Promise<T> => {
    const value = await work(sql);
    const failure = failures.shift();
    if (failure) throw failure;
    return value;
  };
  return { ...sql, $transaction: transact };
};

it('runs the effects of the try that has committed, once', async () => {
  const effects: number[] = [];
  let tries = 0;
  await unitOfWork(database(conflict), () => ({})).transaction(async ({ afterCommit }) => {
    tries += 1;
    const thisTry = tries;
    afterCommit(() => effects.push(thisTry));
  });
  expect(effects).toEqual([2]);
});

it('returns what was committed, and runs the other effects, when one of them fails', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => void warnings.push(warning);
  process.on('warning', onWarning);
  onTestFinished(() => void process.off('warning', onWarning));
  const effects: string[] = [];
  const value = await unitOfWork(database(), () => ({})).transaction(async ({ afterCommit }) => {
    afterCommit(() => {
      throw new Error('a metric that does not exist');
    });
    afterCommit(() => effects.push('logged'));
    return 'committed';
  });
  expect({ value, effects }).toEqual({ value: 'committed', effects: ['logged'] });
  await new Promise(setImmediate);
  expect(warnings).toEqual([expect.objectContaining({ message: 'a metric that does not exist' })]);
});
