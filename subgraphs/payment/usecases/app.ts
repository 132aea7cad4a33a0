import { authorizePayment } from './authorize-payment.ts';
import { cancelPayment } from './cancel-payment.ts';
import { capturePayment } from './capture-payment.ts';
import { sweepChecks } from './check-payment.ts';
import { confirmPayment } from './confirm-payment.ts';
import type { Deps } from './ports.ts';
import { keepUnreadableWebhook, receiveProviderEvent } from './receive-provider-event.ts';
import { sweepOperations } from './sweep-operations.ts';

/** Everything that the payment service does. */
export const app = (deps: Deps) => ({
  commands: {
    authorizePayment: authorizePayment(deps),
    capturePayment: capturePayment(deps),
    cancelPayment: cancelPayment(deps),
    confirmPayment: confirmPayment(deps),
    receiveProviderEvent: receiveProviderEvent(deps),
    keepUnreadableWebhook: keepUnreadableWebhook(deps),
  },
  sweeps: { operations: sweepOperations(deps), checks: sweepChecks(deps) },
  reads: deps.reads,
});

export type App = ReturnType<typeof app>;
