import type { newId } from '#contracts/ids.ts';
import type { Prisma } from '#prisma/payment/client/client.ts';
import type { Ledger } from '../usecases/ports.ts';

/** Append-only; the database refuses a second hold, release or capture of a payment, and any change. */
export const ledgerStore = (tx: Prisma.TransactionClient, rim: { newId: typeof newId }): Ledger => ({
  add: async (payment, lines, { now, operationKey }) => {
    await tx.ledgerEntry.createMany({
      data: lines.map(({ kind, amount: { amount, currency } }) => ({
        ...{ id: rim.newId('LedgerEntry'), paymentId: payment.id, kind, amount, currency, operationKey, at: now },
      })),
    });
  },
});
