import type { OrderId } from '#contracts/ids.ts';
import { CallerFault, type IdempotencyConflict, type Result } from '#contracts/result.ts';
import { type OrderNotPayable, orderNotPayable } from '../../domain/failures.ts';
import type { Deps } from '../ports.ts';
import { askOfOrder, type SignedIn } from './order-requests.ts';

export interface PayOrder {
  readonly viewer: SignedIn;
  readonly orderId: OrderId;
  readonly paymentMethodToken: string;
  readonly idempotencyKey: string;
}

/** Begins another attempt to pay an order whose payment was declined. Only its customer can: nobody pays with another's card. */
export const payOrder =
  (deps: Deps) =>
  ({
    viewer,
    orderId,
    paymentMethodToken,
    idempotencyKey: key,
  }: PayOrder): Promise<Result<OrderId, OrderNotPayable | IdempotencyConflict>> =>
    askOfOrder(deps, {
      operation: 'payOrder',
      viewer,
      orderId,
      key,
      input: { paymentMethodToken },
      wish: ({ customerId }) => {
        if (viewer.id !== customerId) throw new CallerFault('FORBIDDEN', 'Only its customer can pay an order.');
        return { type: 'payRequested', attemptId: deps.newId('Attempt'), paymentMethodToken };
      },
      refusal: orderNotPayable(orderId),
    });
