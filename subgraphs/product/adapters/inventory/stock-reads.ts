/** What the graph reads of the stock. */
import type { Id, OrderId, VariantId } from '#contracts/ids.ts';
import type { LocationCode } from '#contracts/messages/stock.ts';
import type { PrismaClient } from '#prisma/product/client/client.ts';
import type { Location } from '../../domain/inventory/location.ts';
import { unitsAvailable } from '../../domain/inventory/stock.ts';
import type { StockReads } from '../../usecases/inventory/ports.ts';

const byPriority = [{ priority: 'asc' }, { code: 'asc' }] as const;

export const stockReads = (prisma: PrismaClient): StockReads => ({
  available: async (variants) => {
    const rows = await prisma.stockLevel.findMany({
      where: { variantId: { in: [...variants] } },
      omit: { location: true },
    });
    return [...Map.groupBy(rows, ({ variantId }) => variantId)].map(([variantId, levels]) => ({
      variantId: variantId as VariantId,
      available: unitsAvailable(levels),
    }));
  },

  levels: async (variants) => {
    const rows = await prisma.stockLevel.findMany({
      where: { variantId: { in: [...variants] } },
      orderBy: byPriority.map((each) => ({ place: each })),
    });
    return rows.map((row) => ({
      ...row,
      variantId: row.variantId as VariantId,
      location: row.location as LocationCode,
    }));
  },

  locations: async () => (await prisma.location.findMany({ orderBy: [...byPriority] })) as Location[],

  movements: async ({ variantId, limit, after }) => {
    const rows = await prisma.stockMovement.findMany({
      where: { variantId, ...(after && { id: { lt: after } }) },
      omit: { attemptId: true },
      include: { reservation: { select: { orderId: true } } },
      orderBy: { id: 'desc' },
      take: limit + 1,
    });
    return rows.map(({ reservation, ...row }) => ({
      ...row,
      id: row.id as Id<'Movement'>,
      variantId: row.variantId as VariantId,
      location: row.location as LocationCode,
      orderId: reservation ? (reservation.orderId as OrderId) : null,
    }));
  },
});
