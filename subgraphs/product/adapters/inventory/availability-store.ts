import type { VariantId } from '#contracts/ids.ts';
import type { Localized } from '#contracts/language.ts';
import { Prisma } from '#prisma/product/client/client.ts';
import { titlesOf } from '../../domain/catalogue/texts.ts';
import type { LowAvailability, WatchedVariant } from '../../domain/inventory/availability.ts';
import type { AvailabilityStore } from '../../usecases/inventory/ports.ts';

interface Rim {
  readonly now: Date;
  /** The shop's, for variants without one of their own. */
  readonly lowStockThreshold: number;
}

type VariantRow = Omit<WatchedVariant, 'titles'> & { readonly texts: Localized<{ readonly title: string }> };

const watched = ({ texts, ...row }: VariantRow): WatchedVariant => ({
  ...row,
  titles: titlesOf(texts),
});

// 10,000: a new threshold for the whole shop is worked off in some rounds, between which nothing waits.
const mostDifferences = 10_000;

/** Of all levels, as `unitsAvailable` in domain/inventory/stock.ts counts them. */
const units = Prisma.sql`
  (SELECT coalesce(sum(greatest(on_hand - reserved - backordered, 0)), 0)::int
     FROM stock_level WHERE variant_id = variant.id)`;

export const availabilityStore = (
  tx: Prisma.TransactionClient,
  { now, lowStockThreshold }: Rim,
): AvailabilityStore => ({
  lookAgain: async (variantIds) => {
    if (variantIds.length === 0) return;
    await tx.$executeRaw`
      INSERT INTO availability_check (variant_id) SELECT unnest(${[...variantIds]}::text[])`;
  },

  // As `lowStockOf` in domain/inventory/availability.ts decides; a test holds the two together.
  lookAgainAtDifferences: async (products) => {
    const ofProducts = products ? Prisma.sql`WHERE product.id = ANY (${[...products]})` : Prisma.empty;
    return await tx.$executeRaw`
      WITH variant AS (
        SELECT variant.id, variant.stock_policy AS policy, ${units} AS units,
               product.status = 'PUBLISHED' AND NOT variant.is_archived AS is_on_sale,
               coalesce(variant.low_stock_threshold, ${lowStockThreshold}::int) AS threshold
          FROM product_variant variant JOIN product ON product.id = variant.product_id ${ofProducts}
      )
      INSERT INTO availability_check (variant_id)
      SELECT variant.id FROM variant LEFT JOIN low_stock recorded ON recorded.variant_id = variant.id
       WHERE recorded.availability IS DISTINCT FROM (
               CASE WHEN NOT is_on_sale OR policy = 'UNTRACKED' OR units > threshold THEN NULL
                    WHEN units > 0 THEN 'FEW_LEFT' WHEN policy = 'BACKORDER' THEN 'BACKORDER' ELSE 'NONE' END)::availability
          OR (is_on_sale AND (policy = 'UNTRACKED' OR units > 0)
              AND EXISTS (SELECT FROM stock_alert alert WHERE alert.variant_id = variant.id))
       LIMIT ${mostDifferences}`;
  },

  takeTurn: async () => {
    const [row] = await tx.$queryRaw<{ isOurs: boolean }[]>`
      SELECT pg_try_advisory_xact_lock(hashtextextended('watch availability', 0)) AS "isOurs"`;
    return row?.isOurs ?? false;
  },

  takeDue: async (limit) => {
    const rows = await tx.$queryRaw<{ variantId: VariantId }[]>`
      DELETE FROM availability_check
       WHERE position = ANY (ARRAY(SELECT position FROM availability_check ORDER BY position LIMIT ${limit}))
      RETURNING variant_id AS "variantId"`;
    return { variantIds: [...new Set(rows.map(({ variantId }) => variantId))].toSorted(), taken: rows.length };
  },

  variants: async (ids) => {
    const rows = await tx.$queryRaw<VariantRow[]>`
      SELECT variant.id AS "variantId", variant.product_id AS "productId", variant.sku, variant.title AS "variantTitles",
             product.slug, product.texts, product.status = 'PUBLISHED' AND NOT variant.is_archived AS "isOnSale",
             variant.stock_policy AS policy, coalesce(variant.low_stock_threshold, ${lowStockThreshold}::int) AS threshold,
             ${units} AS units,
             EXISTS (SELECT FROM stock_level level WHERE level.variant_id = variant.id
                        AND level.backordered > 0 AND level.on_hand > level.reserved) AS "canBeFilled"
        FROM product_variant variant JOIN product ON product.id = variant.product_id
       WHERE variant.id = ANY (${[...ids]})
       ORDER BY variant.id COLLATE "C"`;
    return rows.map(watched);
  },

  recorded: async (ids) => {
    const rows = await tx.lowStock.findMany({ where: { variantId: { in: [...ids] } }, omit: { since: true } });
    return new Map(rows.map((row) => [row.variantId as VariantId, row.availability as LowAvailability]));
  },

  record: async (low) => {
    if (low.length === 0) return;
    await tx.$executeRaw`
      INSERT INTO low_stock (variant_id, availability, since)
      SELECT "variantId", availability::availability, ${now}::timestamptz
        FROM jsonb_to_recordset(${JSON.stringify(low)}::jsonb) AS given ("variantId" text, availability text)
          ON CONFLICT (variant_id) DO UPDATE SET availability = excluded.availability`;
  },

  forget: async (ids) => {
    if (ids.length > 0) await tx.lowStock.deleteMany({ where: { variantId: { in: [...ids] } } });
  },
});
