import type { DataOf, Message } from '#contracts/envelope.ts';
import type { AuthorizePayment } from '#contracts/messages/payment.ts';
import { beginPayment, decide } from '../domain/decide.ts';
import { carryOutCommand } from './carry-out.ts';
import type { Deps } from './ports.ts';
import { runOperation } from './run-operation.ts';

/** The order asks for a hold. An attempt is begun once; asked for again, it gets the reply it had. */
export const authorizePayment =
  (deps: Deps) =>
  async (message: Message<DataOf<typeof AuthorizePayment>>): Promise<void> => {
    const { correlationId, data } = message;
    const { paymentMethodToken: token, ...wanted } = data;
    const opened = await deps.receive(message, async (stores) => {
      const payment = await stores.payments.lock(data.attemptId);
      const decision = payment
        ? decide(payment, { kind: 'authorize' }, stores.now)
        : beginPayment(
            { ...wanted, token, provider: deps.provider.name, correlationId },
            {
              id: deps.newId('Payment'),
              now: stores.now,
              withdrawn: await stores.payments.isWithdrawn(data.attemptId),
            },
          );
      return carryOutCommand(stores, decision, deps);
    });
    if (opened) await runOperation(deps)(opened);
  };
