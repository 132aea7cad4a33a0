import type { PaymentId } from '#contracts/ids.ts';
import { CallerFault, fail, ok, type Result } from '#contracts/result.ts';
import type { AskingCustomer } from '#contracts/viewer.ts';
import { decide, isExpected } from '../domain/decide.ts';
import { type ConfirmPaymentFailure, paymentNotConfirmable } from '../domain/failures.ts';
import type { Operation } from '../domain/operation.ts';
import { beginRequest } from './merge-guest.ts';
import type { Deps } from './ports.ts';
import { applyDecision, runOperation } from './run-operation.ts';

export interface ConfirmPayment extends AskingCustomer {
  readonly idempotencyKey: string;
  readonly paymentId: PaymentId;
  readonly code: string;
}

/**
 * The customer completed the extra step. Succeeds once that is on its way to the provider; the payment shows whether the
 * provider accepted it. Another customer's payment does not exist: `NOT_FOUND`.
 */
export const confirmPayment =
  (deps: Deps) =>
  async (command: ConfirmPayment): Promise<Result<PaymentId, ConfirmPaymentFailure>> => {
    const { customerId, idempotencyKey, paymentId, code } = command;
    const request = {
      actor: customerId,
      operation: 'confirmPayment',
      key: idempotencyKey,
      input: { paymentId, code },
    };
    const { result, opened } = await deps.transaction(async (stores) => {
      await beginRequest(stores, command);
      let opened: Operation | undefined;
      const result = await stores.idempotency.once<PaymentId, ConfirmPaymentFailure>(request, async () => {
        const payment = await stores.payments.lockById(paymentId);
        if (payment?.customerId !== customerId) throw new CallerFault('NOT_FOUND', 'There is no such payment.');
        if (!isExpected(payment, 'confirm')) return fail(paymentNotConfirmable(paymentId));
        opened = await applyDecision(stores, decide(payment, { kind: 'confirm', code }, stores.now), deps);
        return ok(paymentId);
      });
      return { result, opened };
    }, paymentId);
    if (opened) await runOperation(deps)(opened);
    return result;
  };
