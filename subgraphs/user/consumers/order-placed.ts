import { OrderPlaced } from '#contracts/messages/order.ts';
import { on } from '#platform/messaging/consumer.ts';
import * as notice from '../domain/notification.ts';
import type { App } from '../usecases/app.ts';

/** The customer hears that their order has come in. */
export const orderPlaced = ({ commands }: App) =>
  on(OrderPlaced, (message) => commands.notify(message, notice.orderPlaced(message.data)));
