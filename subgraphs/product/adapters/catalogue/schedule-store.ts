import type { ProductId, VariantId } from '#contracts/ids.ts';
import type { Prisma, PrismaClient } from '#prisma/product/client/client.ts';
import type { ScheduledPriceModel } from '#prisma/product/client/models.ts';
import type { ScheduledPrice, ScheduledPriceId } from '../../domain/catalogue/scheduled-price.ts';
import type { ScheduleReads, ScheduleStore } from '../../usecases/catalogue/ports.ts';

const scheduledPrice = (row: ScheduledPriceModel): ScheduledPrice => ({
  ...row,
  id: row.id as ScheduledPriceId,
  variantId: row.variantId as VariantId,
  currency: row.currency as ScheduledPrice['currency'],
});

const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id as ProductId);

/** `now` is the database's: what is due is due for all processes at once. */
export const scheduleStore = (tx: Prisma.TransactionClient, { now }: { readonly now: Date }): ScheduleStore => ({
  pricesOf: async (variantId) => (await tx.scheduledPrice.findMany({ where: { variantId } })).map(scheduledPrice),

  variantOf: async (id) => {
    const row = await tx.scheduledPrice.findUnique({ where: { id }, select: { variantId: true } });
    return row?.variantId as VariantId | undefined;
  },

  addPrice: async (price) => {
    await tx.scheduledPrice.create({ data: price, select: { id: true } });
  },

  removePrice: async (id) => (await tx.scheduledPrice.deleteMany({ where: { id } })).count > 0,

  removePricesOf: async (variantId) => {
    await tx.scheduledPrice.deleteMany({ where: { variantId } });
  },

  publishAt: async (id) =>
    (await tx.product.findUnique({ where: { id }, select: { publishAt: true } }))?.publishAt ?? null,

  setPublishAt: async (id, publishAt) => {
    await tx.product.update({ where: { id }, data: { publishAt }, select: { id: true } });
  },

  dueProducts: async (limit) =>
    idsOf(
      await tx.$queryRaw<{ id: string }[]>`
        SELECT id FROM (
          SELECT variant.product_id AS id, price.starts_at AS at
            FROM scheduled_price price JOIN product_variant variant ON variant.id = price.variant_id
           WHERE price.starts_at <= ${now}
           UNION ALL
          SELECT id, publish_at FROM product WHERE publish_at <= ${now}
        ) due
         GROUP BY id ORDER BY min(at), id LIMIT ${limit}`,
    ),

  takeDuePrices: async (products) => {
    const due = { variant: { productId: { in: [...products] } }, startsAt: { lte: now } };
    const rows = await tx.scheduledPrice.findMany({ where: due });
    await tx.scheduledPrice.deleteMany({ where: { id: { in: rows.map(({ id }) => id) } } });
    return rows.map(scheduledPrice);
  },

  takeDuePublications: async (products) => {
    const due = { id: { in: [...products] }, publishAt: { lte: now } };
    return idsOf(await tx.product.updateManyAndReturn({ where: due, data: { publishAt: null }, select: { id: true } }));
  },
});

export const scheduleReads = (prisma: PrismaClient): ScheduleReads => ({
  scheduledPrices: async (variants) => {
    const rows = await prisma.scheduledPrice.findMany({
      where: { variantId: { in: [...variants] } },
      orderBy: [{ startsAt: 'asc' }, { id: 'asc' }],
    });
    return rows.map(scheduledPrice);
  },
});
