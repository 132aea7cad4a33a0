/** The transactions of a subgraph: its own stores and the common ones, all bound to one transaction. */

import type { MessageId } from '#contracts/ids.ts';
import type { CommonStores, Receive, Transaction } from '#contracts/transaction.ts';
import { idempotency } from '../messaging/idempotency.ts';
import { outbox } from '../messaging/outbox.ts';
import { concurrencyLimit, type LimitConcurrency } from '../resilience/concurrency-limit.ts';
import { type Clock, databaseTime, inTransaction, type Sql, type Transactional } from './transaction.ts';

export interface UnitOfWork<Stores> {
  readonly transaction: Transaction<Stores>;
  readonly receive: Receive<Stores>;
  /** The time outside of a transaction, by the same clock. */
  readonly now: () => Promise<Date>;
}

export interface UnitOfWorkOptions {
  /** Moved by tests. */
  readonly clock?: Clock | undefined;
  readonly limitConcurrency?: LimitConcurrency;
}

export const unitOfWork = <Tx extends Sql, Own>(
  prisma: Transactional<Tx> & Sql,
  ownStores: (tx: Tx, now: Date) => Own,
  { clock = (time) => time, limitConcurrency = concurrencyLimit() }: UnitOfWorkOptions = {},
): UnitOfWork<Own & CommonStores> => {
  /** `timeOf` gives the time, or undefined when there is nothing to do. */
  const run = async <T>(
    timeOf: (tx: Tx) => Promise<Date | undefined>,
    work: (stores: Own & CommonStores) => Promise<T>,
  ): Promise<T | undefined> => {
    // A list per try: only the effects of the one that committed are run.
    const { value, effects } = await inTransaction(prisma, async (tx) => {
      const time = await timeOf(tx);
      if (!time) return { value: undefined, effects: [] };
      const now = clock(time);
      const effects: (() => void)[] = [];
      const afterCommit = (effect: () => void) => void effects.push(effect);
      const common = { outbox: outbox(tx), idempotency: idempotency(tx), now, afterCommit };
      return { value: await work({ ...ownStores(tx, now), ...common }), effects };
    });
    for (const effect of effects) {
      try {
        effect();
      } catch (fault) {
        // The change is committed: it must not look failed to the caller, nor keep the other effects from running.
        process.emitWarning(fault as Error);
      }
    }
    return value;
  };
  return {
    transaction: <T>(work: (stores: Own & CommonStores) => Promise<T>, subject?: string) =>
      limitConcurrency(subject, () => run(databaseTime, work) as Promise<T>),
    receive: (message, work) => run((tx) => recordReceived(tx, message), work),
    now: async () => clock(await databaseTime(prisma)),
  };
};

/**
 * Records a message as received, in the transaction of its effect. Gives the time of that by the database's clock (see
 * `databaseTime`), or undefined for a duplicate: that is why a message that is delivered twice takes effect once.
 * Two copies at the same moment: the second waits here until the first one's transaction has ended.
 */
export const recordReceived = async (
  tx: Sql,
  message: { readonly id: MessageId; readonly type: string },
): Promise<Date | undefined> => {
  const [row] = await tx.$queryRawUnsafe<{ now: Date }[]>(
    `INSERT INTO inbox_message (id, type) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING
     RETURNING clock_timestamp() AS now`,
    message.id,
    message.type,
  );
  return row?.now;
};
