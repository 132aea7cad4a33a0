/** What the order's checkout asks for. Each is done at most once per attempt, however often it is requested. */
import type { Message, MessageOf } from '#contracts/envelope.ts';
import type { AuthorizePayment, CancelPayment, CapturePayment } from '#contracts/messages/payment.ts';
import { beginPayment, type Decision, decide } from '../domain/decide.ts';
import { offlineProviderName, offlineTokens } from '../domain/offline.ts';
import type { Attempt, Payment } from '../domain/payment.ts';
import { nothingToCancel, nothingToCapture } from '../domain/replies.ts';
import type { Deps, Stores } from './ports.ts';
import { applyDecision, providerOf, runOperation } from './run-operation.ts';

/** Holds the amount. An attempt begins once; requested again, it gets the same reply. */
export const authorizePayment =
  (deps: Deps) =>
  (message: MessageOf<typeof AuthorizePayment>): Promise<void> =>
    handle(deps, message, async ({ guests, methods, payments, now }, payment) => {
      if (payment) return decide(payment, { kind: 'authorize' }, now);
      // It is asked for again until that one is known to hold nothing; the database refuses a second one, too.
      const withdrawn = await payments.isWithdrawn(message.data.attemptId);
      const open = withdrawn ? undefined : await payments.openAttemptOf(message.data.orderId);
      if (open) throw new Error(`attempt ${open} to pay ${message.data.orderId} is not over`);
      const { paymentMethodToken: token, savedPaymentMethodId, returnUrl, ...data } = message.data;
      // The order may have been placed by a guest who has signed in since.
      const customerId = await guests.ownerOf(data.customerId);
      const saved = savedPaymentMethodId && (await methods.usable(savedPaymentMethodId, customerId));
      const provider = providerFor(deps, token, saved?.provider);
      // A method stays with the provider that keeps it, as long as that is configured.
      const kept = saved && deps.providers.has(provider) ? { saved: saved.as } : undefined;
      const method = token !== undefined ? { token } : kept;
      return beginPayment(
        {
          ...{ ...data, customerId, provider, correlationId: message.correlationId },
          method: method && { ...method, returnUrl },
        },
        { id: deps.newId('Payment'), now, withdrawn },
      );
    });

const providerFor = ({ provider }: Deps, token: string | undefined, ofSaved: string | undefined): string => {
  if (token !== undefined) return offlineTokens.has(token) ? offlineProviderName : provider.name;
  return ofSaved ?? provider.name;
};

/** Captures what is held, or a part of it. */
export const capturePayment =
  (deps: Deps) =>
  (message: MessageOf<typeof CapturePayment>): Promise<void> =>
    handle(deps, message, async ({ outbox, now }, payment) => {
      const { attemptId, orderId, ...capture } = message.data;
      if (payment) {
        const isPossible = capture.isFinal || providerOf(deps, payment).capturesInParts;
        return decide(payment, { kind: 'capture', ...capture, isPossible }, now);
      }
      await outbox.add(nothingToCapture({ attemptId, orderId }));
      return undefined;
    });

/**
 * Undoes whatever the attempt has done, and replies once that is finished. A cancel that overtakes its own authorization
 * marks the attempt as withdrawn, and the authorization will be declined.
 */
export const cancelPayment =
  (deps: Deps) =>
  (message: MessageOf<typeof CancelPayment>): Promise<void> =>
    handle(deps, message, async ({ payments, outbox, now }, payment) => {
      if (payment) return decide(payment, { kind: 'cancel' }, now);
      const { attemptId, orderId } = message.data;
      await payments.withdraw({ attemptId, orderId }, now);
      await outbox.add(nothingToCancel({ attemptId, orderId }));
      return undefined;
    });

/** Decides under the attempt's lock, once per message; the provider is called after the commit. */
const handle = async (
  deps: Deps,
  message: Message<Attempt>,
  decision: (stores: Stores, payment: Payment | undefined) => Promise<Decision | undefined>,
): Promise<void> => {
  const opened = await deps.receive(message, async (stores) => {
    const decided = await decision(stores, await stores.payments.lock(message.data.attemptId));
    return decided && applyDecision(stores, decided, deps);
  });
  if (opened) await runOperation(deps)(opened);
};
