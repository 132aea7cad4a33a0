import type { DataOf, Message } from '#contracts/envelope.ts';
import type { CapturePayment } from '#contracts/messages/payment.ts';
import { decide } from '../domain/decide.ts';
import { nothingToCapture } from '../domain/replies.ts';
import { carryOutCommand } from './carry-out.ts';
import type { Deps } from './ports.ts';
import { runOperation } from './run-operation.ts';

/** The order asks for the held amount. An attempt is captured once, however often that is asked. */
export const capturePayment =
  (deps: Deps) =>
  async (message: Message<DataOf<typeof CapturePayment>>): Promise<void> => {
    const { attemptId, orderId, amount } = message.data;
    const opened = await deps.receive(message, async (stores) => {
      const payment = await stores.payments.lock(attemptId);
      if (payment) return carryOutCommand(stores, decide(payment, { kind: 'capture', amount }, stores.now), deps);
      await stores.outbox.add(nothingToCapture({ attemptId, orderId }));
      return undefined;
    });
    if (opened) await runOperation(deps)(opened);
  };
