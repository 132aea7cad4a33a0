/** The transactions of a subgraph whose stores know the time: that of their transaction, by the database's clock (ADR 23). */
import type { MessageId } from '#contracts/ids.ts';
import { takeIn } from '../messaging/inbox.ts';
import type { InTurn } from '../resilience/turns.ts';
import { type Clock, databaseTime, inTransaction, type Sql, type Transactional } from './transaction.ts';

export interface TimedTransactions<Stores> {
  /** With a `subject`, which is what `work` locks, it waits for its turn first. */
  transaction<T>(work: (stores: Stores) => Promise<T>, subject?: string): Promise<T>;
  /** Once per message: undefined, and no `work`, for one that was taken in before. */
  receive<T>(
    message: { readonly id: MessageId; readonly type: string },
    work: (stores: Stores) => Promise<T>,
  ): Promise<T | undefined>;
  /** The time outside of a transaction. */
  now(): Promise<Date>;
}

interface World {
  readonly clock?: Clock | undefined;
  readonly inTurn?: InTurn;
}

export const timedTransactions = <Tx extends Sql, Stores>(
  prisma: Transactional<Tx> & Sql,
  stores: (tx: Tx, now: Date) => Stores,
  { clock = (time) => time, inTurn = (_, work) => work() }: World = {},
): TimedTransactions<Stores> => ({
  transaction: (work, subject) =>
    inTurn(subject, () => inTransaction(prisma, async (tx) => work(stores(tx, clock(await databaseTime(tx)))))),
  receive: (message, work) =>
    inTransaction(prisma, async (tx) => {
      const now = await takeIn(tx, message);
      return now && work(stores(tx, clock(now)));
    }),
  now: async () => clock(await databaseTime(prisma)),
});
