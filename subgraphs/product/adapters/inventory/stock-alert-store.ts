import type { CustomerId, VariantId } from '#contracts/ids.ts';
import type { Prisma } from '#prisma/product/client/client.ts';
import type { StockAlertStore } from '../../usecases/inventory/ports.ts';

interface TakenRow {
  readonly variantId: VariantId;
  readonly customerIds: readonly [CustomerId, ...CustomerId[]];
}

export const stockAlertStore = (tx: Prisma.TransactionClient, now: Date): StockAlertStore => ({
  add: async (customerId, variantId, most) => {
    // Two requests of a customer at once would both find room for one.
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`stock-alerts-of:${customerId}`}, 0))`;
    const others = await tx.stockAlert.count({ where: { customerId, variantId: { not: variantId } } });
    if (others >= most) return false;
    await tx.stockAlert.createMany({ data: { customerId, variantId, createdAt: now }, skipDuplicates: true });
    return true;
  },

  remove: async (customerId, variantId) => {
    await tx.stockAlert.deleteMany({ where: { customerId, variantId } });
  },

  take: async (variantIds, most) => {
    if (variantIds.length === 0) return new Map();
    const rows = await tx.$queryRaw<TakenRow[]>`
      WITH taken AS (
        DELETE FROM stock_alert
         WHERE (variant_id, customer_id) IN (
           SELECT oldest.variant_id, oldest.customer_id
             FROM unnest(${[...variantIds]}::text[]) AS wanted (id)
            CROSS JOIN LATERAL (
              SELECT variant_id, customer_id FROM stock_alert WHERE variant_id = wanted.id
               ORDER BY created_at, customer_id LIMIT ${most}
            ) oldest)
        RETURNING variant_id, customer_id, created_at
      )
      SELECT variant_id AS "variantId", jsonb_agg(customer_id ORDER BY created_at, customer_id) AS "customerIds"
        FROM taken GROUP BY variant_id`;
    return new Map(rows.map(({ variantId, customerIds }) => [variantId, customerIds]));
  },

  giveTo: async (guestId, userId) => {
    const rows = await tx.$queryRaw<{ variantId: VariantId }[]>`
      WITH given AS (DELETE FROM stock_alert WHERE customer_id = ${guestId} RETURNING variant_id, created_at),
      kept AS (INSERT INTO stock_alert (variant_id, customer_id, created_at)
               SELECT variant_id, ${userId}, created_at FROM given
                   ON CONFLICT DO NOTHING)
      SELECT variant_id AS "variantId" FROM given`;
    return rows.map(({ variantId }) => variantId);
  },

  removeAllOf: async (customerId) => {
    await tx.stockAlert.deleteMany({ where: { customerId } });
  },

  dropOld: async (since, limit) => {
    const { count } = await tx.stockAlert.deleteMany({ where: { createdAt: { lt: since } }, limit });
    return count;
  },
});
