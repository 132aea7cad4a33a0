import { OrderCancelled } from '#contracts/messages/order.ts';
import { on } from '#platform/messaging/consumer.ts';
import * as notice from '../domain/notification.ts';
import type { App } from '../usecases/app.ts';

/** The customer hears that their order is called off. */
export const orderCancelled = ({ commands }: App) =>
  on(OrderCancelled, (message) => commands.notify(message, notice.orderCancelled(message.data)));
