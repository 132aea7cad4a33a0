import type { PaymentId, UserId } from '#contracts/ids.ts';
import { CallerFault, fail, ok, type Result } from '#contracts/result.ts';
import { decide, isExpected } from '../domain/decide.ts';
import { type ConfirmPaymentFailure, paymentNotConfirmable } from '../domain/failures.ts';
import type { Operation } from '../domain/operation.ts';
import { carryOutCommand } from './carry-out.ts';
import type { Deps } from './ports.ts';
import { runOperation } from './run-operation.ts';

export interface ConfirmPayment {
  readonly customerId: UserId;
  readonly idempotencyKey: string;
  readonly paymentId: PaymentId;
  readonly code: string;
}

/**
 * The customer took the extra step. Succeeds when that is on its way to the provider; whether the provider likes it is
 * seen from the payment. Another customer's payment does not exist: `NOT_FOUND`.
 */
export const confirmPayment =
  (deps: Deps) =>
  async (command: ConfirmPayment): Promise<Result<PaymentId, ConfirmPaymentFailure>> => {
    const { customerId, idempotencyKey, paymentId, code } = command;
    const { result, opened } = await deps.transaction(async (stores) => {
      const operations: Operation[] = [];
      const request = {
        actor: customerId,
        operation: 'confirmPayment',
        key: idempotencyKey,
        input: { paymentId, code },
      };
      const result = await stores.idempotency.once<PaymentId, ConfirmPaymentFailure>(request, async () => {
        const payment = await stores.payments.lockById(paymentId);
        if (payment?.customerId !== customerId) throw new CallerFault('NOT_FOUND', 'There is no such payment.');
        if (!isExpected(payment, 'confirm')) return fail(paymentNotConfirmable(paymentId));
        const decision = decide(payment, { kind: 'confirm', code }, stores.now);
        const operation = await carryOutCommand(stores, decision, deps);
        if (operation) operations.push(operation);
        return ok(paymentId);
      });
      return { result, opened: operations };
    }, paymentId);
    for (const operation of opened) await runOperation(deps)(operation);
    return result;
  };
