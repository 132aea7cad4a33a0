import type { OrderId } from '#contracts/ids.ts';

/** All that payment knows of an order by itself. */
export interface OrderReference {
  readonly id: OrderId;
}
