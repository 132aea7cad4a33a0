import type { Message } from '#contracts/envelope.ts';
import { decide } from '../../domain/checkout/decide.ts';
import type { Reply } from '../../domain/checkout/events.ts';
import type { Deps } from '../ports.ts';
import { type Ruling, report, rule } from './apply-decision.ts';

/** Takes in a neighbour's reply: what it leads to is the checkout table's business. */
export const advanceCheckout =
  (deps: Deps) =>
  async (message: Pick<Message, 'id'> & Reply): Promise<void> => {
    const { type, data } = message;
    let ruling: Ruling | undefined;
    await deps.receive({ id: message.id, type }, async (stores) => {
      const order = await stores.orders.lock(data.orderId);
      // A command is sent in the transaction that writes its order: a reply without one is a fault, and must be seen.
      if (!order) throw new Error(`${type} is about ${data.orderId}, which does not exist`);
      ruling = await rule(deps, stores, order, decide(deps.timings, order, { type, data } as Reply, stores.now));
    });
    if (ruling) report(deps, ruling);
  };
