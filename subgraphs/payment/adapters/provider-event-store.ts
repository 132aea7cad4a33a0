import type { Prisma } from '../../../prisma/payment/client/client.ts';
import type { ProviderEvents } from '../usecases/ports.ts';

export const providerEventStore = (tx: Prisma.TransactionClient): ProviderEvents => ({
  takeIn: async ({ provider, id }, now) => {
    const { count } = await tx.providerEvent.createMany({
      data: [{ provider, eventId: id, receivedAt: now }],
      skipDuplicates: true,
    });
    return count === 1;
  },
});
