/** What resolvers pass on for things that are loaded only when a field asks for them. */
import type { OrderId, PaymentId } from '#contracts/ids.ts';

/** All that payment knows of an order by itself. */
export interface OrderReference {
  readonly id: OrderId;
}

export interface PaymentReference {
  readonly paymentId: PaymentId;
}
