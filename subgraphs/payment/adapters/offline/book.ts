/**
 * What happened to money outside of any provider: a transfer, cash on delivery. Append-only; staff write what they see on the
 * bank statement or in the till, and the rest follows from what was asked for.
 */
import { type Currency, type Money, money } from '#contracts/money.ts';
import type { Prisma } from '#prisma/payment/client/client.ts';
import type { OfflineBook } from '../../usecases/ports.ts';

/** REQUEST and REFUND_REQUEST: what is to be paid, or paid back. The others: what happened. */
export type OfflineKind = 'REQUEST' | 'FUNDS' | 'CAPTURE' | 'VOID' | 'REFUND_REQUEST' | 'REFUND';

export interface OfflineEntry {
  readonly kind: OfflineKind;
  readonly key: string;
  readonly amount: Money;
  readonly at: Date;
}

type Tx = Prisma.TransactionClient;

/** Everything about one payment, oldest first. Nobody else writes about it until the transaction ends. */
export const lockEntries = async (tx: Tx, reference: string): Promise<readonly OfflineEntry[]> => {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`offline ${reference}`}, 0))`;
  return entriesOf(tx, reference);
};

export const entriesOf = async (tx: Pick<Tx, 'offlineEntry'>, reference: string): Promise<readonly OfflineEntry[]> => {
  const rows = await tx.offlineEntry.findMany({ where: { reference }, orderBy: { position: 'asc' } });
  return rows.map(({ kind, key, amount, currency, at }) => ({
    kind,
    key,
    at,
    amount: money(amount, currency as Currency),
  }));
};

export const addEntry = async (
  tx: Tx,
  reference: string,
  { amount, ...entry }: Omit<OfflineEntry, 'at'>,
  now: Date,
) => {
  await tx.offlineEntry.create({
    data: { ...entry, reference, amount: amount.amount, currency: amount.currency, at: now },
    select: { position: true },
  });
};

export const totalOf = (entries: readonly OfflineEntry[], kind: OfflineKind): number =>
  entries.filter((it) => it.kind === kind).reduce((sum, { amount }) => sum + amount.amount, 0);

export const offlineBook = (tx: Tx): OfflineBook => ({
  recordFunds: async (reference, amount, now) => {
    // One per payment: all of it comes at once, or it is not the money that was waited for.
    if (totalOf(await lockEntries(tx, reference), 'FUNDS') > 0) return false;
    await addEntry(tx, reference, { kind: 'FUNDS', key: reference, amount }, now);
    return true;
  },
  pendingRefunds: async (reference) => {
    const entries = await lockEntries(tx, reference);
    const done = new Set(entries.filter(({ kind }) => kind === 'REFUND').map(({ key }) => key));
    return entries.filter(({ kind, key }) => kind === 'REFUND_REQUEST' && !done.has(key));
  },
  recordRefund: (reference, { key, amount }, now) => addEntry(tx, reference, { kind: 'REFUND', key, amount }, now),
});
