import type { OrderId } from '#contracts/ids.ts';
import type { IdempotencyConflict, Result } from '#contracts/result.ts';
import { type OrderNotCancellable, orderNotCancellable } from '../../domain/failures.ts';
import type { Deps } from '../ports.ts';
import { askOfOrder, type SignedIn } from './order-requests.ts';

export interface CancelOrder {
  readonly viewer: SignedIn;
  readonly orderId: OrderId;
  readonly idempotencyKey: string;
}

/** Cancels an order, for its customer or for staff: whatever was done for it is undone. */
export const cancelOrder =
  (deps: Deps) =>
  ({
    viewer,
    orderId,
    idempotencyKey: key,
  }: CancelOrder): Promise<Result<OrderId, OrderNotCancellable | IdempotencyConflict>> =>
    askOfOrder(deps, {
      operation: 'cancelOrder',
      viewer,
      orderId,
      key,
      wish: ({ customerId }) => ({ type: 'cancelRequested', by: viewer.id === customerId ? 'CUSTOMER' : 'STAFF' }),
      refusal: orderNotCancellable(orderId),
    });
