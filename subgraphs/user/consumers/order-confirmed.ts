import { OrderConfirmed } from '#contracts/messages/order.ts';
import { on } from '#platform/messaging/consumer.ts';
import * as notice from '../domain/notification.ts';
import type { App } from '../usecases/app.ts';

/** The customer hears that their order is paid and will be sent. */
export const orderConfirmed = ({ commands }: App) =>
  on(OrderConfirmed, (message) => commands.notify(message, notice.orderConfirmed(message.data)));
