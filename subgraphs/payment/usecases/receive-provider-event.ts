import { isWaiting } from '../domain/payment-states.ts';
import { checkPayment } from './check-payment.ts';
import type { Deps, ProviderEvent, UnreadableWebhook } from './ports.ts';

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
      if (!(await events.recordReceived(event, now))) return undefined;
      const payment = await payments.lock(attemptId);
      if (!payment) return undefined;
      // The webhook can be quicker than the answer to our own call: then the check is due as soon as that one is in.
      if (isWaiting(payment.status) || payment.status === 'AUTHORIZING' || payment.status === 'CONFIRMING')
        await payments.save({ ...payment, nextCheckAt: now });
      return isWaiting(payment.status) ? payment : undefined;
    });
    if (waiting) await deps.onBehalfOf(waiting, () => checkPayment(deps)(waiting));
  };

/**
 * A webhook came that was signed and makes no sense. It would make none when it came again, so it is kept for a person
 * and over with: what it was to tell is found out by asking the provider, as if it had got lost.
 */
export const keepUnreadableWebhook =
  (deps: Deps) =>
  async (webhook: UnreadableWebhook): Promise<void> => {
    await deps.transaction(({ events, now }) => events.keep(webhook, now));
    deps.telemetry.unreadable(webhook);
  };
