import type { Prisma } from '#prisma/user/client/client.ts';
import { newDeliveryId } from '../../domain/mail/delivery.ts';
import type { DeliveryStore } from '../../usecases/mail/ports.ts';

export const deliveryStore = (tx: Prisma.TransactionClient, now: Date): DeliveryStore => ({
  add: async (...deliveries) => {
    if (deliveries.length === 0) return;
    await tx.delivery.createMany({
      data: deliveries.map(({ sourceId, userId, email, kind, params, locale, requestedAt }) => ({
        ...{
          id: newDeliveryId(),
          sourceId,
          userId,
          email: email ?? null,
          kind,
          params: { ...params },
          locale: locale ?? null,
        },
        ...{ state: 'PENDING' as const, nextAttemptAt: now, createdAt: requestedAt ?? now },
      })),
      skipDuplicates: true,
    });
  },
  forget: async (userId) => {
    await tx.delivery.deleteMany({ where: { userId } });
  },
  dropEnded: async (since, limit) => {
    const { count } = await tx.delivery.deleteMany({ where: { endedAt: { lt: since } }, limit });
    return count;
  },
});
