import type { DataOf, Message } from '#contracts/envelope.ts';
import type { CancelPayment } from '#contracts/messages/payment.ts';
import { decide } from '../domain/decide.ts';
import { nothingToCancel } from '../domain/replies.ts';
import { carryOutCommand } from './carry-out.ts';
import type { Deps } from './ports.ts';
import { runOperation } from './run-operation.ts';

/**
 * The order gives the attempt up: whatever was done is undone, and the order is told once that is so. A cancel that
 * overtakes its own authorization leaves a mark, by which that one will be refused.
 */
export const cancelPayment =
  (deps: Deps) =>
  async (message: Message<DataOf<typeof CancelPayment>>): Promise<void> => {
    const { attemptId, orderId } = message.data;
    const opened = await deps.receive(message, async (stores) => {
      const payment = await stores.payments.lock(attemptId);
      if (payment) return carryOutCommand(stores, decide(payment, { kind: 'cancel' }, stores.now), deps);
      await stores.payments.withdraw({ attemptId, orderId }, stores.now);
      await stores.outbox.add(nothingToCancel({ attemptId, orderId }));
      return undefined;
    });
    if (opened) await runOperation(deps)(opened);
  };
