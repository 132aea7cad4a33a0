import type { VariantId } from '#contracts/ids.ts';
import type { PrismaClient } from '#prisma/product/client/client.ts';
import { mostAlertsPerCustomer } from '../../domain/inventory/availability.ts';
import type { AvailabilityReads } from '../../usecases/inventory/ports.ts';

export const availabilityReads = (prisma: PrismaClient): AvailabilityReads => ({
  lowStock: async ({ limit, after }) => {
    const [since, variantId] = after ?? [];
    const rows = await prisma.lowStock.findMany({
      ...(since !== undefined &&
        variantId !== undefined && {
          where: { OR: [{ since: { lt: since } }, { since, variantId: { lt: variantId } }] },
        }),
      select: { variantId: true, since: true },
      orderBy: [{ since: 'desc' }, { variantId: 'desc' }],
      take: limit + 1,
    });
    return rows.map((row) => ({ ...row, variantId: row.variantId as VariantId }));
  },

  stockAlerts: async (customerId) => {
    const rows = await prisma.stockAlert.findMany({
      where: { customerId },
      select: { variantId: true, createdAt: true },
      orderBy: [{ createdAt: 'desc' }, { variantId: 'asc' }],
      // Somebody who waited as a guest, too, may wait for more.
      take: mostAlertsPerCustomer,
    });
    return rows.map((row) => ({ ...row, variantId: row.variantId as VariantId }));
  },
});
