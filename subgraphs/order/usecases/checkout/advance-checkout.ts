/** What advances checkouts by itself: the neighbours' replies, and time. */
import type { MessageOf } from '#contracts/envelope.ts';
import type { OrderId } from '#contracts/ids.ts';
import { decide } from '../../domain/checkout/decide.ts';
import type { replies } from '../../domain/checkout/messages.ts';
import type { Deps } from '../ports.ts';
import { applyDecision } from './apply-decision.ts';

/** Receives a neighbour's reply. What it leads to is in the checkout's table. */
export const advanceCheckout =
  (deps: Deps) =>
  (reply: MessageOf<(typeof replies)[number]>): Promise<void> =>
    deps.receive(reply, async (stores) => {
      const { orderId } = reply.data;
      const order = await stores.orders.lock(orderId);
      // Nothing of it is left anywhere: a shop that goes on from a backup lets go of money whose orders it no longer has.
      if (!order && reply.type === 'payment.cancelled') return;
      // A command is sent in the transaction that writes its order: a reply without one is a fault, and must be seen.
      if (!order) throw new Error(`${reply.type} is about ${orderId}, which does not exist`);
      await applyDecision(deps, stores, order, decide(deps.timings, order, reply, stores.now));
    });

/**
 * Times out the orders whose deadline is over; returns how many. Safe in many copies: an order that another copy has
 * locked is passed over. Each order has a transaction of its own, so one that fails holds up no other.
 */
export const sweepDeadlines = (deps: Deps) => async (): Promise<number> => {
  const overdue = await deps.reads.overdue(await deps.now(), deps.sweepBatch);
  let swept = 0;
  for (const id of overdue) {
    try {
      if (await timeOut(deps, id)) swept++;
    } catch (error) {
      deps.telemetry.failed(id, error);
    }
  }
  return swept;
};

const timeOut = (deps: Deps, id: OrderId): Promise<boolean> =>
  deps.transaction(async (stores) => {
    const order = await stores.orders.lockOverdue(id, stores.now);
    if (order) await applyDecision(deps, stores, order, decide(deps.timings, order, { type: 'timedOut' }, stores.now));
    return order !== undefined;
  });

// Ten seconds apart (wiring.ts), 30,000 orders a minute: many times what one order database takes.
const tokensAtOnce = 5_000;

/**
 * Erases the tokens of payment methods from commands that payment has answered; returns how many. What was sent is kept
 * for ever, and a token is of use only until then. Safe in many copies.
 */
export const erasePaymentTokens =
  ({ transaction }: Pick<Deps, 'transaction'>) =>
  (): Promise<number> =>
    transaction(({ orders }) => orders.erasePaymentTokens(tokensAtOnce));
