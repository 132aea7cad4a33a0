import type { newId, VariantId } from '#contracts/ids.ts';
import { Prisma } from '#prisma/product/client/client.ts';
import type { Offer } from '../../domain/inventory/decide.ts';
import { mainLocation } from '../../domain/inventory/location.ts';
import { type AvailableChange, type LevelAt, levelChanges, unitsAvailable } from '../../domain/inventory/stock.ts';
import type { StockStore } from '../../usecases/inventory/ports.ts';

interface Rim {
  readonly now: Date;
  /** The shop's, for variants without one of their own. */
  readonly lowStockThreshold: number;
  readonly newId: typeof newId;
}

interface OfferRow extends Offer {
  readonly id: VariantId;
}

interface RecordedRow {
  readonly variantId: VariantId;
  /** As they were before. */
  readonly levels: readonly LevelAt[];
  readonly threshold: number;
  /** How many levels were changed, of all variants. */
  readonly changed: number;
}

/**
 * Wherever stock is locked, all levels of a variant are, in this order: so two of us never wait for each other, and what is
 * available over all locations is known exactly. Every variant has a level at `main`, and it comes first: a level that
 * somebody opens while we wait for `main` is not among the rows that our statement locks, and we can still take it later,
 * because nobody else holds a level of this variant without `main`. Not in the order of priority: staff may change that
 * while two reservations wait.
 */
const inOrder = Prisma.sql`ORDER BY variant_id COLLATE "C", location <> ${mainLocation}, location COLLATE "C"`;

export const stockStore = (tx: Prisma.TransactionClient, { now, newId, lowStockThreshold }: Rim): StockStore => ({
  lockOffers: async (variantIds) => {
    const rows = await tx.$queryRaw<OfferRow[]>`
      WITH wanted AS MATERIALIZED (
        SELECT variant.id, variant.prices, variant.stock_policy,
               CASE WHEN variant.is_archived THEN 'ARCHIVED' ELSE product.status END AS status
          FROM product_variant variant JOIN product ON product.id = variant.product_id
         WHERE variant.id = ANY (${[...variantIds]})
      ), locked AS MATERIALIZED (
        SELECT variant_id, location, greatest(on_hand - reserved - backordered, 0) AS available
          FROM stock_level WHERE variant_id IN (SELECT id FROM wanted WHERE stock_policy <> 'UNTRACKED')
         ORDER BY variant_id COLLATE "C", location <> ${mainLocation}, location COLLATE "C"
           FOR UPDATE
      ), supply AS (
        SELECT * FROM locked
         UNION ALL
        -- Nobody counts them, so nobody waits for anybody.
        SELECT variant_id, location, 0
          FROM stock_level WHERE variant_id IN (SELECT id FROM wanted WHERE stock_policy = 'UNTRACKED')
      ), drawn_on AS (
        SELECT supply.variant_id,
               jsonb_agg(jsonb_build_object('location', location.code, 'available', supply.available)
                         ORDER BY location.priority, location.code COLLATE "C") AS levels,
               (array_agg(location.code ORDER BY location.is_default DESC, location.priority,
                          location.code COLLATE "C"))[1] AS "owedAt"
          FROM supply JOIN location ON location.code = supply.location
         GROUP BY supply.variant_id
      )
      SELECT wanted.id, wanted.prices, wanted.status, wanted.stock_policy AS policy, drawn_on.levels, drawn_on."owedAt"
        FROM drawn_on JOIN wanted ON wanted.id = drawn_on.variant_id`;
    return new Map(rows.map(({ id, ...offer }) => [id, offer]));
  },

  lockLevels: async (variantIds) => {
    // First, by a statement of its own: the next one then sees the levels that were opened while we waited for this.
    await tx.$executeRaw`
      SELECT FROM stock_level WHERE variant_id = ANY (${[...variantIds]}) AND location = ${mainLocation}
       ORDER BY variant_id COLLATE "C" FOR UPDATE`;
    const rows = await tx.$queryRaw<(LevelAt & { variantId: VariantId })[]>`
      SELECT variant_id AS "variantId", location, on_hand AS "onHand", reserved, backordered
        FROM stock_level WHERE variant_id = ANY (${[...variantIds]})
       ${inOrder}
         FOR UPDATE`;
    return Map.groupBy(rows, ({ variantId }) => variantId);
  },

  openLevels: async (places) => {
    await tx.$executeRaw`
      INSERT INTO stock_level (variant_id, location)
      SELECT * FROM unnest(${places.map(({ variantId }) => variantId)}::text[],
                           ${places.map(({ location }) => location)}::text[])
          ON CONFLICT DO NOTHING`;
  },

  booked: async (documents) => {
    const rows = await tx.$queryRaw<{ id: VariantId }[]>`
      SELECT DISTINCT variant_id AS id
        FROM stock_movement
        JOIN unnest(${documents.map(({ variantId }) => variantId)}::text[],
                    ${documents.map(({ reference }) => reference)}::text[]) AS document (variant_id, reference)
       USING (variant_id, reference)`;
    return rows.map(({ id }) => id);
  },

  record: async (movements) => {
    if (movements.length === 0) return [];
    const changes = levelChanges(movements);
    const rows = await tx.$queryRaw<RecordedRow[]>`
      WITH locked AS MATERIALIZED (
        SELECT variant_id, location, on_hand, reserved, backordered
          FROM stock_level WHERE variant_id = ANY (${changes.map(({ variantId }) => variantId)})
         ${inOrder}
           FOR UPDATE
      ), change AS (
        SELECT * FROM jsonb_to_recordset(${JSON.stringify(changes)}::jsonb)
          AS given ("variantId" text, location text, "onHand" int, reserved int, backordered int)
      ), changed AS (
        UPDATE stock_level level
           SET on_hand = level.on_hand + change."onHand", reserved = level.reserved + change.reserved,
               backordered = level.backordered + change.backordered
          FROM locked, change
         WHERE locked.variant_id = change."variantId" AND locked.location = change.location
           AND level.variant_id = locked.variant_id AND level.location = locked.location
           AND level.reserved + change.reserved BETWEEN 0 AND level.on_hand + change."onHand"
           AND level.backordered + change.backordered >= 0
        RETURNING level.variant_id
      )
      SELECT locked.variant_id AS "variantId", (SELECT count(*)::int FROM changed) AS changed,
             jsonb_agg(jsonb_build_object('location', location, 'onHand', on_hand, 'reserved', reserved,
                                          'backordered', backordered)) AS levels,
             (SELECT coalesce(low_stock_threshold, ${lowStockThreshold}::int)
                FROM product_variant WHERE id = locked.variant_id) AS threshold
        FROM locked GROUP BY locked.variant_id`;
    if (rows[0]?.changed !== changes.length)
      throw new Error(`this does not fit the stock: ${JSON.stringify(movements)}`);
    await tx.stockMovement.createMany({
      data: movements.map((movement) => ({ id: newId('Movement'), occurredAt: now, ...movement })),
    });
    return availableChanges(rows, changes);
  },

  rememberReturn: async (returnId, orderId) => {
    // An UPDATE of nothing locks the row that is there: whoever comes second replies after the first.
    const [row] = await tx.$queryRaw<{ isNew: boolean }[]>`
      INSERT INTO stock_return (id, order_id, created_at) VALUES (${returnId}, ${orderId}, ${now}::timestamptz)
          ON CONFLICT (id) DO UPDATE SET id = stock_return.id
      RETURNING stock_return.xmax = 0 AS "isNew"`;
    return row?.isNew ?? false;
  },
});

const availableChanges = (
  rows: readonly RecordedRow[],
  changes: ReturnType<typeof levelChanges>,
): readonly AvailableChange[] =>
  rows.map(({ variantId, levels, threshold }) => {
    const after = levels.map((level) => changes.filter((change) => isOf(change, variantId, level)).reduce(plus, level));
    return {
      ...{ variantId, threshold, before: unitsAvailable(levels), after: unitsAvailable(after) },
      isOwed: after.some(({ backordered }) => backordered > 0),
    };
  });

type Change = ReturnType<typeof levelChanges>[number];

const isOf = (change: Change, variantId: VariantId, { location }: LevelAt): boolean =>
  change.variantId === variantId && change.location === location;

const plus = (level: LevelAt, change: Change): LevelAt => ({
  location: level.location,
  onHand: level.onHand + change.onHand,
  reserved: level.reserved + change.reserved,
  backordered: level.backordered + change.backordered,
});
