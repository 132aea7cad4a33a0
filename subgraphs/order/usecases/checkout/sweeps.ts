import type { OrderId } from '#contracts/ids.ts';
import { decide } from '../../domain/checkout/decide.ts';
import type { Deps } from '../ports.ts';
import { type Ruling, report, rule } from './apply-decision.ts';

/**
 * Lets time tell on the orders whose deadline is over; answers how many. Safe in many copies: an order that another
 * copy has in hand is passed over. Each order has a transaction of its own, so one that fails holds up no other.
 */
export const sweepDeadlines = (deps: Deps) => async (): Promise<number> => {
  const overdue = await deps.reads.overdue(await deps.now(), deps.sweepBatch);
  let swept = 0;
  for (const id of overdue) {
    try {
      if (await sweep(deps, id)) swept++;
    } catch (error) {
      deps.signals.failed(id, error);
    }
  }
  return swept;
};

const sweep = async (deps: Deps, id: OrderId): Promise<boolean> => {
  const ruling = await deps.transaction(async (stores): Promise<Ruling | undefined> => {
    const order = await stores.orders.lockOverdue(id, stores.now);
    return order && rule(deps, stores, order, decide(deps.timings, order, { type: 'timedOut' }, stores.now));
  });
  if (ruling) report(deps, ruling);
  return ruling !== undefined;
};
