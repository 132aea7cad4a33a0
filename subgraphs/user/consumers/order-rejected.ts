import { OrderRejected } from '#contracts/messages/order.ts';
import { on } from '#platform/messaging/consumer.ts';
import * as notice from '../domain/notification.ts';
import type { App } from '../usecases/app.ts';

/** The customer hears that their order cannot be filled. */
export const orderRejected = ({ commands }: App) =>
  on(OrderRejected, (message) => commands.notify(message, notice.orderRejected(message.data)));
