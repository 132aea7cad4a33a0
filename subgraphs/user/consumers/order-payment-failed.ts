import { OrderPaymentFailed } from '#contracts/messages/order.ts';
import { on } from '#platform/messaging/consumer.ts';
import * as notice from '../domain/notification.ts';
import type { App } from '../usecases/app.ts';

/** The customer hears that they can try another payment. */
export const orderPaymentFailed = ({ commands }: App) =>
  on(OrderPaymentFailed, (message) => commands.notify(message, notice.orderPaymentFailed(message.data)));
