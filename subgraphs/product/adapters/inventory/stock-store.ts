import type { newId, VariantId } from '#contracts/ids.ts';
import type { Currency } from '#contracts/money.ts';
import type { Prisma } from '#prisma/product/client/client.ts';
import type { ProductStatus } from '../../domain/catalogue/catalogue.ts';
import { movementEffects } from '../../domain/inventory/stock.ts';
import type { StockStore } from '../../usecases/ports.ts';

interface Rim {
  readonly now: Date;
  readonly newId: typeof newId;
}

interface OfferRow {
  readonly id: VariantId;
  readonly amount: number;
  readonly currency: Currency;
  readonly status: ProductStatus;
  readonly available: number;
}

/**
 * Stock is locked in order of the variants' ids wherever several are locked, so two of us never wait for each other.
 * COLLATE "C" is the order of the ids in JavaScript too.
 */
export const stockStore = (tx: Prisma.TransactionClient, { now, newId }: Rim): StockStore => ({
  lockOffers: async (variantIds) => {
    const rows = await tx.$queryRaw<OfferRow[]>`
      SELECT variant.id, variant.price_amount AS amount, variant.price_currency AS currency, product.status,
             level.on_hand - level.reserved AS available
        FROM stock_level level
        JOIN product_variant variant ON variant.id = level.variant_id
        JOIN product ON product.id = variant.product_id
       WHERE level.variant_id = ANY (${[...variantIds]})
       ORDER BY level.variant_id COLLATE "C"
         FOR UPDATE OF level`;
    return new Map(
      rows.map(({ id, amount, currency, status, available }) => [
        id,
        { price: { amount, currency }, status, available },
      ]),
    );
  },

  move: async (kind, attemptId, lines) => {
    const inOrder = lines.toSorted((a, b) => (a.variantId < b.variantId ? -1 : 1));
    for (const { variantId, quantity } of inOrder) {
      const onHand = movementEffects[kind].onHand * quantity;
      const reserved = movementEffects[kind].reserved * quantity;
      const fits = await tx.$executeRaw`
        UPDATE stock_level SET on_hand = on_hand + ${onHand}::int, reserved = reserved + ${reserved}::int
         WHERE variant_id = ${variantId}
           AND reserved + ${reserved}::int BETWEEN 0 AND on_hand + ${onHand}::int`;
      if (fits !== 1) throw new Error(`${kind} of ${quantity} × ${variantId} for ${attemptId} does not fit the stock`);
    }
    await tx.stockMovement.createMany({
      data: inOrder.map((units) => ({ id: newId('Movement'), kind, attemptId, occurredAt: now, ...units })),
    });
  },

  receive: async (receipts) => {
    if (receipts.length === 0) return 0;
    const variantIds = receipts.map(({ variantId }) => variantId);
    await tx.$executeRaw`
      SELECT FROM stock_level WHERE variant_id = ANY (${variantIds}) ORDER BY variant_id COLLATE "C" FOR UPDATE`;
    const rows = receipts.map(({ variantId, ...receipt }) => ({
      ...receipt,
      id: newId('Movement'),
      variant_id: variantId,
    }));
    return await tx.$executeRaw`
      WITH received AS (
        INSERT INTO stock_movement (id, variant_id, kind, quantity, reference, occurred_at)
        SELECT id, variant_id, 'RECEIPT', quantity, reference, ${now}::timestamptz
          FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
            AS given (id text, variant_id text, quantity int, reference text)
            ON CONFLICT (variant_id, reference) DO NOTHING
        RETURNING variant_id, quantity
      )
      UPDATE stock_level level SET on_hand = on_hand + received.quantity
        FROM received WHERE level.variant_id = received.variant_id`;
  },
});
