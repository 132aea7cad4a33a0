/** The wishes of people about an order: pay it again, cancel it, resume its undo. One frame for all three. */
import type { OrderId } from '#contracts/ids.ts';
import { CallerFault, type Failure, fail, type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import { mayRead, type Viewer } from '#contracts/viewer.ts';
import { decide } from '../../domain/checkout/decide.ts';
import type { Wish } from '../../domain/checkout/events.ts';
import type { Order } from '../../domain/order/order.ts';
import { type Ruling, report, rule } from '../checkout/apply-decision.ts';
import type { Deps } from '../ports.ts';

export type SignedIn = Extract<Viewer, { kind: 'user' }>;

interface Asking<F extends Failure> {
  readonly operation: string;
  readonly viewer: SignedIn;
  readonly orderId: OrderId;
  readonly key: string;
  /** What else the answer depends on. */
  readonly input?: object;
  readonly wish: (order: Order) => Wish;
  /** The answer when the checkout's table has no room for the wish. */
  readonly refusal: F;
}

/** Locks the order and decides. Another customer's order is NOT_FOUND, like one that does not exist. */
export const askOfOrder = async <F extends Failure>(
  deps: Deps,
  { operation, viewer, orderId, key, input, wish, refusal }: Asking<F>,
): Promise<Result<OrderId, F | IdempotencyConflict>> => {
  let ruling: Ruling | undefined;
  const result = await deps.transaction(
    (stores) =>
      stores.idempotency.once<OrderId, F>(
        { actor: viewer.id, operation, key, input: { orderId, ...input } },
        async () => {
          const order = await stores.orders.lock(orderId);
          if (!order || !mayRead(viewer, order.customerId))
            throw new CallerFault('NOT_FOUND', 'There is no such order.');
          const decision = decide(deps.timings, order, wish(order), stores.now);
          if (decision.kind === 'ignored') return fail(refusal);
          ruling = await rule(deps, stores, order, decision);
          return ok(orderId);
        },
      ),
    orderId,
  );
  if (ruling && result.ok) report(deps, ruling);
  return result;
};
