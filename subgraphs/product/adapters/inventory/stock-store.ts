import type { newId, VariantId } from '#contracts/ids.ts';
import { Prisma } from '#prisma/product/client/client.ts';
import type { Prices, ProductStatus } from '../../domain/catalogue/product.ts';
import type { AvailableAt } from '../../domain/inventory/draw.ts';
import { mainLocation } from '../../domain/inventory/location.ts';
import { type AvailableChange, type LevelAt, levelChanges } from '../../domain/inventory/stock.ts';
import type { StockStore } from '../../usecases/inventory/ports.ts';

interface Rim {
  readonly now: Date;
  readonly newId: typeof newId;
}

interface OfferRow {
  readonly id: VariantId;
  readonly prices: Prices;
  readonly status: ProductStatus;
  readonly levels: readonly AvailableAt[];
}

interface RecordedRow {
  readonly variantId: VariantId;
  readonly before: number;
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

export const stockStore = (tx: Prisma.TransactionClient, { now, newId }: Rim): StockStore => ({
  lockOffers: async (variantIds) => {
    const rows = await tx.$queryRaw<OfferRow[]>`
      WITH locked AS MATERIALIZED (
        SELECT variant_id, location, on_hand - reserved AS available
          FROM stock_level WHERE variant_id = ANY (${[...variantIds]})
         ${inOrder}
           FOR UPDATE
      ), drawn_on AS (
        SELECT locked.variant_id,
               jsonb_agg(jsonb_build_object('location', location.code, 'available', locked.available)
                         ORDER BY location.priority, location.code COLLATE "C") AS levels
          FROM locked JOIN location ON location.code = locked.location
         GROUP BY locked.variant_id
      )
      SELECT variant.id, variant.prices, drawn_on.levels,
             CASE WHEN variant.is_archived THEN 'ARCHIVED' ELSE product.status END AS status
        FROM drawn_on
        JOIN product_variant variant ON variant.id = drawn_on.variant_id
        JOIN product ON product.id = variant.product_id`;
    return new Map(rows.map(({ id, ...offer }) => [id, offer]));
  },

  lockLevels: async (variantIds) => {
    // First, by a statement of its own: the next one then sees the levels that were opened while we waited for this.
    await tx.$executeRaw`
      SELECT FROM stock_level WHERE variant_id = ANY (${[...variantIds]}) AND location = ${mainLocation}
       ORDER BY variant_id COLLATE "C" FOR UPDATE`;
    const rows = await tx.$queryRaw<(LevelAt & { variantId: VariantId })[]>`
      SELECT variant_id AS "variantId", location, on_hand AS "onHand", reserved
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
        SELECT variant_id, location, on_hand, reserved
          FROM stock_level WHERE variant_id = ANY (${changes.map(({ variantId }) => variantId)})
         ${inOrder}
           FOR UPDATE
      ), change AS (
        SELECT * FROM jsonb_to_recordset(${JSON.stringify(changes)}::jsonb)
          AS given ("variantId" text, location text, "onHand" int, reserved int)
      ), changed AS (
        UPDATE stock_level level
           SET on_hand = level.on_hand + change."onHand", reserved = level.reserved + change.reserved
          FROM locked, change
         WHERE locked.variant_id = change."variantId" AND locked.location = change.location
           AND level.variant_id = locked.variant_id AND level.location = locked.location
           AND level.reserved + change.reserved BETWEEN 0 AND level.on_hand + change."onHand"
        RETURNING level.variant_id
      )
      SELECT variant_id AS "variantId", sum(on_hand - reserved)::int AS before,
             (SELECT count(*)::int FROM changed) AS changed
        FROM locked GROUP BY variant_id`;
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
  rows.map(({ variantId, before }) => {
    const own = changes.filter((change) => change.variantId === variantId);
    return { variantId, before, after: own.reduce((sum, change) => sum + change.onHand - change.reserved, before) };
  });
