/** Refunds: asked for by the order or by staff, each made once, any number of them at the same time. */
import type { MessageOf } from '#contracts/envelope.ts';
import type { RefundId } from '#contracts/ids.ts';
import type { RefundPayment } from '#contracts/messages/payment.ts';
import type { Money } from '#contracts/money.ts';
import { CallerFault, type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import type { Operation } from '../domain/operation.ts';
import type { Payment } from '../domain/payment.ts';
import { type BegunRefund, type Refund, type RefundTooLarge, refundable, requestRefund } from '../domain/refund.ts';
import { nothingToRefund, refunded, refundFailed } from '../domain/replies.ts';
import type { InvalidPaymentState } from '../domain/staff-requests.ts';
import type { Deps, Stores } from './ports.ts';
import { applyDecision, runOperation } from './run-operation.ts';
import { staffChange } from './staff-change.ts';
import type { AboutPayment } from './staff-payments.ts';

/** Gives back what the order asks for. Requested again, it gets the same reply. */
export const refundPayment =
  (deps: Deps) =>
  async (message: MessageOf<typeof RefundPayment>): Promise<void> => {
    const { refundId: id, amount, reason, ...attempt } = message.data;
    const opened = await deps.receive(message, async (stores) => {
      const { outbox, payments, refunds, now } = stores;
      const payment = await payments.lock(attempt.attemptId);
      if (!payment) {
        await outbox.add(nothingToRefund(attempt, { id, amount }));
        return undefined;
      }
      const known = await refunds.find(id);
      if (known) {
        await outbox.add(...replyAgain(payment, known));
        return undefined;
      }
      const requested = requestRefund(payment, { id, amount, reason, requestedBy: 'ORDER' }, now);
      if (requested.ok) return begin(stores, requested.value, deps);
      await outbox.add(refundFailed(payment, { id, amount }, requested.failure.message));
      return undefined;
    });
    if (opened) await runOperation(deps)(opened);
  };

/** Nothing while it is under way: the reply follows when it ends. */
const replyAgain = (payment: Payment, refund: Refund) => {
  if (refund.state === 'REQUESTED') return [];
  return refund.state === 'SUCCEEDED'
    ? [refunded(payment, refund)]
    : [refundFailed(payment, refund, refund.failure ?? '')];
};

export interface RefundByStaff extends AboutPayment {
  /** All that can still be refunded, if undefined. */
  readonly amount: Money | undefined;
  readonly reason: string;
}

export type RefundByStaffFailure = InvalidPaymentState | RefundTooLarge | IdempotencyConflict;

/** Gives back what staff ask for. The refund shows whether the provider did it; the order is told by the same events. */
export const refundForStaff =
  (deps: Deps) =>
  async (command: RefundByStaff): Promise<Result<RefundId, RefundByStaffFailure>> => {
    const { paymentId, amount: asked, reason } = command;
    let opened: Operation | undefined;
    const request = { action: 'refundPayment', input: { paymentId, amount: asked ?? null, reason } };
    const result = await staffChange<RefundId, InvalidPaymentState | RefundTooLarge>(
      deps,
      command,
      request,
      async ({ stores, record }) => {
        const payment = await stores.payments.lockById(paymentId);
        if (!payment) throw new CallerFault('NOT_FOUND', 'There is no such payment.');
        const [id, amount] = [deps.newId('Refund'), asked ?? refundable(payment)];
        const requested = requestRefund(payment, { id, amount, reason, requestedBy: 'STAFF' }, stores.now);
        if (!requested.ok) return requested;
        opened = await begin(stores, requested.value, deps);
        await record({
          ...{ subject: { type: 'Payment', id: paymentId }, customerId: payment.customerId },
          details: { refundId: id, amount: String(amount.amount), currency: amount.currency },
        });
        return ok(id);
      },
    );
    if (opened) await runOperation(deps)(opened);
    return result;
  };

const begin = async (
  stores: Stores,
  { refund, ...decision }: BegunRefund,
  deps: Deps,
): Promise<Operation | undefined> => {
  await stores.refunds.add(refund);
  return applyDecision(stores, decision, deps);
};
