/** Stock, between the order's checkout and the product subgraph's inventory. One attempt = one reservation. */
import { z } from 'zod';
import { defineMessage } from '../envelope.ts';
import { AttemptId, OrderId, ReturnId, VariantId } from '../ids.ts';
import { Money } from '../money.ts';

/** Where units are. Chosen by staff, such as `seoul-2`; every shop has `main`. */
export const LocationCode = z
  .string()
  // 40: it stands on labels.
  .max(40)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
  .brand<'LocationCode'>();
export type LocationCode = z.infer<typeof LocationCode>;

const attempt = { attemptId: AttemptId, orderId: OrderId };

export const ReserveStock = defineMessage({
  type: 'stock.reserve',
  version: 1,
  kind: 'command',
  owner: 'order',
  description: 'Reserve these units at these prices for the given duration.',
  data: z.object({
    ...attempt,
    lines: z.array(z.object({ variantId: VariantId, quantity: z.int().positive(), unitPrice: Money })).min(1),
    // A duration: sender and receiver have their own clocks.
    ttlMs: z.int().positive(),
  }),
});

export const CommitStock = defineMessage({
  type: 'stock.commit',
  version: 1,
  kind: 'command',
  owner: 'order',
  description: 'Commit the reservation: its units leave the stock.',
  data: z.object(attempt),
});

export const ReleaseStock = defineMessage({
  type: 'stock.release',
  version: 1,
  kind: 'command',
  owner: 'order',
  description:
    'Undo this attempt: release a reservation, return a sale, or refuse a reservation that has yet to arrive. Safe if there is nothing to undo.',
  data: z.object(attempt),
});

export const StockReserved = defineMessage({
  type: 'stock.reserved',
  version: 1,
  kind: 'event',
  owner: 'product',
  description: 'All units of the attempt are reserved.',
  data: z.object({ ...attempt, expiresAt: z.iso.datetime() }),
});

export const StockRejected = defineMessage({
  type: 'stock.rejected',
  version: 1,
  kind: 'event',
  owner: 'product',
  description: 'Nothing was reserved. Lists only the lines that are the cause.',
  data: z.object({
    ...attempt,
    reason: z.enum(['INSUFFICIENT_STOCK', 'PRICE_CHANGED', 'UNAVAILABLE', 'WITHDRAWN']),
    lines: z.array(
      z.object({
        variantId: VariantId,
        requested: z.int().positive(),
        available: z.int().nonnegative(),
        /** Null when the variant is no longer for sale. */
        currentPrice: Money.nullable(),
      }),
    ),
  }),
});

export const StockCommitted = defineMessage({
  type: 'stock.committed',
  version: 1,
  kind: 'event',
  owner: 'product',
  description: 'The units are committed.',
  data: z.object(attempt),
});

export const StockCommitFailed = defineMessage({
  type: 'stock.commit-failed',
  version: 1,
  kind: 'event',
  owner: 'product',
  description: 'There was no live reservation to commit.',
  data: z.object({ ...attempt, reason: z.enum(['EXPIRED', 'RELEASED', 'UNKNOWN']) }),
});

export const StockReleased = defineMessage({
  type: 'stock.released',
  version: 1,
  kind: 'event',
  owner: 'product',
  description: 'Nothing of this attempt is reserved or sold any more.',
  data: z.object(attempt),
});

// RESTOCK: can be sold again. SCRAP: came back, and nobody can buy it.
export const dispositions = ['RESTOCK', 'SCRAP'] as const;

const goodsReturn = { returnId: ReturnId, orderId: OrderId };

export const ReturnStock = defineMessage({
  type: 'stock.return',
  version: 1,
  kind: 'command',
  owner: 'order',
  description:
    'Goods have come back: put each line into stock again, or scrap it. Booked once per return, with the lines of the first message.',
  data: z.object({
    ...goodsReturn,
    lines: z
      .array(
        z.object({
          variantId: VariantId,
          quantity: z.int().positive(),
          disposition: z.enum(dispositions),
          /** Where they came back to; the default location without it. */
          location: LocationCode.optional(),
        }),
      )
      .min(1),
  }),
});

export const StockReturned = defineMessage({
  type: 'stock.returned',
  version: 1,
  kind: 'event',
  owner: 'product',
  description: 'The goods of this return are booked.',
  data: z.object(goodsReturn),
});

export const StockMoved = defineMessage({
  type: 'stock.moved',
  version: 1,
  kind: 'event',
  owner: 'product',
  description: 'Staff moved stock: what was received, counted, transferred, returned or scrapped, by location.',
  data: z.object({
    variantId: VariantId,
    movements: z
      .array(
        z.object({
          kind: z.enum(['RECEIPT', 'ADJUSTMENT', 'TRANSFER', 'RETURN', 'SCRAP']),
          location: LocationCode,
          /** Negative for what was missing in a count, and for what left a location. */
          quantity: z.int(),
        }),
      )
      .min(1),
  }),
});

export const LocationSaved = defineMessage({
  type: 'stock.location-saved',
  version: 1,
  kind: 'event',
  owner: 'product',
  description: 'A location of stock is new, or has another name or priority, or became the default.',
  data: z.object({
    code: LocationCode,
    name: z.string().min(1),
    priority: z.int().nonnegative(),
    isDefault: z.boolean(),
  }),
});
