/** What all who decide about an order do with the decision: write it, send its messages, fill the cart, tell the operators. */
import type { Decision } from '../../domain/checkout/decide.ts';
import type { Order } from '../../domain/order/order.ts';
import { giveBackToCart } from '../cart/add-to-cart.ts';
import type { Deps, Stores } from '../ports.ts';

export interface Ruling {
  readonly before: Order;
  readonly decision: Decision;
}

/** Inside the transaction that holds the lock on `order`. */
export const rule = async (deps: Deps, stores: Stores, before: Order, decision: Decision): Promise<Ruling> => {
  if (decision.kind === 'changed') {
    await stores.orders.save(decision);
    await stores.outbox.add(...decision.messages);
    await giveBackToCart(deps, stores, before.customerId, decision.backToCart);
  }
  return { before, decision };
};

/** After the commit: what was rolled back never happened, and nobody is told of it. */
export const report = ({ signals }: Pick<Deps, 'signals'>, { before, decision }: Ruling): void => {
  if (decision.kind === 'ignored') {
    signals.ignored(before, decision.because);
    return;
  }
  const { order, entry, alarm } = decision;
  if (order.status !== before.status)
    signals.moved(before.status, order.status, entry.at.getTime() - order.placedAt.getTime());
  if (alarm) signals.alarm(order, alarm);
};
