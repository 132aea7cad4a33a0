import { isWaiting } from '../domain/payment-states.ts';
import { checkPayment } from './check-payment.ts';
import type { Deps, ProviderEvent } from './ports.ts';

/**
 * A webhook came. The event's row and the wish to look are written together, so an event is never lost once this
 * resolves, and one that comes twice is looked at once. Nothing in it is believed: the provider is asked.
 */
export const receiveProviderEvent =
  (deps: Deps) =>
  async (event: ProviderEvent): Promise<void> => {
    const { attemptId } = event;
    if (!attemptId) return;
    const waiting = await deps.transaction(async ({ events, payments, now }) => {
      if (!(await events.takeIn(event, now))) return undefined;
      const payment = await payments.lock(attemptId);
      if (!payment) return undefined;
      // The webhook can be quicker than the answer to our own call: then the check is due as soon as that one is in.
      if (isWaiting(payment.status) || payment.status === 'AUTHORIZING' || payment.status === 'CONFIRMING')
        await payments.save({ ...payment, nextCheckAt: now });
      return isWaiting(payment.status) ? payment : undefined;
    });
    if (waiting) await deps.onBehalfOf(waiting, () => checkPayment(deps)(waiting));
  };
