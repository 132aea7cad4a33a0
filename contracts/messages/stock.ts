/** Stock, between the order's checkout and the product subgraph's inventory. One attempt = one reservation. */
import { z } from 'zod';
import { defineMessage } from '../envelope.ts';
import { AttemptId, OrderId, VariantId } from '../ids.ts';
import { Money } from '../money.ts';

const attempt = { attemptId: AttemptId, orderId: OrderId };

export const ReserveStock = defineMessage({
  type: 'stock.reserve',
  version: 1,
  kind: 'command',
  owner: 'order',
  description: 'Hold these units at these prices for the given time, from the moment of the hold.',
  data: z.object({
    ...attempt,
    lines: z.array(z.object({ variantId: VariantId, quantity: z.int().positive(), unitPrice: Money })).min(1),
    // A duration, since sender and receiver have clocks of their own.
    ttlMs: z.int().positive(),
  }),
});

export const CommitStock = defineMessage({
  type: 'stock.commit',
  version: 1,
  kind: 'command',
  owner: 'order',
  description: 'The reservation is sold: its units leave the stock.',
  data: z.object(attempt),
});

export const ReleaseStock = defineMessage({
  type: 'stock.release',
  version: 1,
  kind: 'command',
  owner: 'order',
  description:
    'Undo whatever this attempt did to the stock: release a reservation, take back a sale, or refuse a reservation that has yet to arrive. Undoing nothing is safe.',
  data: z.object(attempt),
});

export const StockReserved = defineMessage({
  type: 'stock.reserved',
  version: 1,
  kind: 'event',
  owner: 'product',
  description: 'All units of the attempt are held.',
  data: z.object({ ...attempt, expiresAt: z.iso.datetime() }),
});

export const StockRejected = defineMessage({
  type: 'stock.rejected',
  version: 1,
  kind: 'event',
  owner: 'product',
  description: 'Nothing was held. Only the lines at fault are named.',
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
  description: 'The units are sold.',
  data: z.object(attempt),
});

export const StockCommitFailed = defineMessage({
  type: 'stock.commit-failed',
  version: 1,
  kind: 'event',
  owner: 'product',
  description: 'There was no live reservation to sell.',
  data: z.object({ ...attempt, reason: z.enum(['EXPIRED', 'RELEASED', 'UNKNOWN']) }),
});

export const StockReleased = defineMessage({
  type: 'stock.released',
  version: 1,
  kind: 'event',
  owner: 'product',
  description: 'Nothing of this attempt is held or sold any more.',
  data: z.object(attempt),
});
