import type { Decision } from '../../domain/checkout/decision.ts';
import type { Order } from '../../domain/order/order.ts';
import { returnToCart } from '../cart/return-to-cart.ts';
import type { Deps, Stores } from '../ports.ts';

/** Writes what was decided about an order and sends its messages, in the transaction that holds the lock on `before`. */
export const applyDecision = async (
  { telemetry, newId }: Pick<Deps, 'telemetry' | 'newId'>,
  stores: Stores,
  before: Order,
  decision: Decision,
): Promise<void> => {
  if (decision.kind === 'ignored') {
    stores.afterCommit(() => telemetry.ignored(before, decision.because));
    return;
  }
  const { order, messages, entry, alarm, returnedToCart } = decision;
  await stores.orders.save(decision);
  await stores.outbox.add(...messages);
  if (endsWithoutSale(before, order)) await stores.pricing.giveBack(order.id, stores.now);
  await returnToCart({ newId }, stores, order, returnedToCart);
  stores.afterCommit(() => {
    if (order.status !== before.status)
      telemetry.moved(before.status, order.status, entry.at.getTime() - order.placedAt.getTime());
    if (alarm) telemetry.manualIntervention(order, alarm);
  });
};

/** What it has redeemed can be redeemed by others from here on; an order that can still be paid keeps it. */
const endsWithoutSale = (before: Order, { status, pricing }: Order): boolean =>
  status !== before.status &&
  (status === 'CANCELLED' || status === 'REJECTED') &&
  (pricing?.promotions.length ?? 0) > 0;
