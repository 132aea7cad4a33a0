/** What people ask of an order: pay it again, cancel it, resume its undo. Whether they may is in the checkout's table. */
import type { OrderId } from '#contracts/ids.ts';
import { staffActed } from '#contracts/messages/staff.ts';
import { CallerFault, type Failure, fail, type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import { askingCustomer, customerOf, mayRead, type Viewer } from '#contracts/viewer.ts';
import { decide } from '../../domain/checkout/decide.ts';
import type { OrderRequest } from '../../domain/checkout/messages.ts';
import {
  type OrderNotCancellable,
  type OrderNotPayable,
  type OrderNotResumable,
  orderNotCancellable,
  orderNotPayable,
  orderNotResumable,
} from '../../domain/failures.ts';
import type { Order, PaymentMethod } from '../../domain/order/order.ts';
import { applyDecision } from '../checkout/apply-decision.ts';
import { beginRequest } from '../guest/merge-guest.ts';
import type { Deps } from '../ports.ts';
import { methodOf } from './payment-method.ts';

interface AboutOrder {
  /** A customer, or staff; an API key is staff. */
  readonly viewer: Viewer;
  readonly orderId: OrderId;
  readonly idempotencyKey: string;
}

type Answer<F extends Failure> = Promise<Result<OrderId, F | IdempotencyConflict>>;

/** Cancels an order, for its customer or for staff: whatever was done for it is undone. */
export const cancelOrder =
  (deps: Deps) =>
  (command: AboutOrder): Answer<OrderNotCancellable> =>
    request(deps, command, {
      operation: 'cancelOrder',
      event: ({ customerId }) => ({
        type: 'cancelRequested',
        by: customerOf(command.viewer) === customerId ? 'CUSTOMER' : 'STAFF',
      }),
      refusal: orderNotCancellable(command.orderId),
    });

export interface PayOrder extends AboutOrder, PaymentMethod {}

/** Begins another attempt to pay an order whose payment was declined. Only its customer can: nobody pays with another's card. */
export const payOrder =
  (deps: Deps) =>
  async (command: PayOrder): Answer<OrderNotPayable> => {
    const method = methodOf(deps, command);
    return await request(deps, command, {
      operation: 'payOrder',
      input: method,
      event: ({ customerId }) => {
        if (customerOf(command.viewer) !== customerId)
          throw new CallerFault('FORBIDDEN', 'Only its customer can pay an order.');
        return { type: 'payRequested', attemptId: deps.newId('Attempt'), method };
      },
      refusal: orderNotPayable(command.orderId),
    });
  };

/** Tries the failed undo of a parked order again, after an operator has looked. The viewer is staff: the schema sees to that. */
export const resumeOrder =
  (deps: Deps) =>
  (command: AboutOrder): Answer<OrderNotResumable> =>
    request(deps, command, {
      operation: 'resumeOrder',
      event: () => ({ type: 'resumeRequested' }),
      refusal: orderNotResumable(command.orderId),
    });

interface RequestOptions<F extends Failure> {
  readonly operation: string;
  /** What the answer depends on beside the order. */
  readonly input?: object;
  readonly event: (order: Order) => OrderRequest;
  /** The answer where the checkout's table has no cell for the event. */
  readonly refusal: F;
}

/** Locks the order and decides. Another customer's order is NOT_FOUND, like one that does not exist. */
const request = <F extends Failure>(
  deps: Deps,
  { viewer, orderId, idempotencyKey: key }: AboutOrder,
  { operation, input, event, refusal }: RequestOptions<F>,
): Answer<F> =>
  deps.transaction(async (stores) => {
    const asking = askingCustomer(viewer);
    if (asking) await beginRequest(deps, stores, asking);
    const by = { actor: actorOf(viewer), operation, key, input: { orderId, ...input } };
    return await stores.idempotency.once<OrderId, F>(by, async () => {
      const order = await stores.orders.lock(orderId);
      if (!order || !mayRead(viewer, order.customerId, 'orders:manage'))
        throw new CallerFault('NOT_FOUND', 'There is no such order.');
      const requested = event(order);
      const decision = decide(deps.timings, order, requested, stores.now);
      if (decision.kind === 'ignored') return fail(refusal);
      await applyDecision(deps, stores, order, decision);
      if (isOfStaff(requested)) await stores.outbox.add(auditRow(deps, viewer, operation, order));
      return ok(orderId);
    });
  }, orderId);

/** The schema lets nobody come here who is nobody. */
const actorOf = (viewer: Viewer): string => {
  const actor = customerOf(viewer) ?? (viewer.kind === 'apiKey' ? viewer.id : undefined);
  if (!actor) throw new CallerFault('UNAUTHENTICATED', 'Sign in or start a guest session first.');
  return actor;
};

const isOfStaff = (request: OrderRequest): boolean =>
  request.type === 'resumeRequested' || (request.type === 'cancelRequested' && request.by === 'STAFF');

const auditRow = ({ newId }: Deps, by: Viewer, action: string, { id, customerId, status }: Order) =>
  staffActed({
    ...{ id: newId('AuditEntry'), by, action, customerId },
    subject: { type: 'Order', id },
    details: { status },
  });
