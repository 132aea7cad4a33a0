import { sweepChecks } from './check-payment.ts';
import { clientSecret } from './client-secret.ts';
import { confirmPayment } from './confirm-payment.ts';
import { mergeGuest } from './merge-guest.ts';
import { authorizePayment, cancelPayment, capturePayment } from './order-commands.ts';
import { forgetClosedUser, removePaymentMethod, savePaymentMethod, sweepPaymentMethods } from './payment-methods.ts';
import type { Deps } from './ports.ts';
import {
  forgetProviderEvents,
  keepUnreadableWebhook,
  processProviderEvent,
  receiveProviderEvent,
  replayProviderEvent,
  sweepProviderEvents,
} from './provider-events.ts';
import { reconcile, sweepReconciliations } from './reconcile.ts';
import { recordOfflinePayment, recordOfflineRefund } from './record-offline.ts';
import { refundForStaff, refundPayment } from './refund-payment.ts';
import { sweepOperations } from './run-operation.ts';
import { captureForStaff, voidForStaff } from './staff-payments.ts';

/** Everything that the payment service does. */
export const app = (deps: Deps) => ({
  commands: {
    authorizePayment: authorizePayment(deps),
    capturePayment: capturePayment(deps),
    cancelPayment: cancelPayment(deps),
    refundPayment: refundPayment(deps),
    confirmPayment: confirmPayment(deps),
    captureForStaff: captureForStaff(deps),
    voidForStaff: voidForStaff(deps),
    refundForStaff: refundForStaff(deps),
    recordOfflinePayment: recordOfflinePayment(deps),
    recordOfflineRefund: recordOfflineRefund(deps),
    savePaymentMethod: savePaymentMethod(deps),
    removePaymentMethod: removePaymentMethod(deps),
    forgetClosedUser: forgetClosedUser(deps),
    mergeGuest: mergeGuest(deps),
    receiveProviderEvent: receiveProviderEvent(deps),
    processProviderEvent: processProviderEvent(deps),
    replayProviderEvent: replayProviderEvent(deps),
    keepUnreadableWebhook: keepUnreadableWebhook(deps),
    reconcile: reconcile(deps),
  },
  sweeps: {
    operations: sweepOperations(deps),
    checks: sweepChecks(deps),
    paymentMethods: sweepPaymentMethods(deps),
    providerEvents: sweepProviderEvents(deps),
    forgetProviderEvents: forgetProviderEvents(deps),
    reconciliations: sweepReconciliations(deps),
  },
  reads: { ...deps.reads, clientSecret: clientSecret(deps) },
});

export type App = ReturnType<typeof app>;
