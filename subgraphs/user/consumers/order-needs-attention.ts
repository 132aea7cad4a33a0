import { OrderNeedsAttention } from '#contracts/messages/order.ts';
import { on } from '#platform/messaging/consumer.ts';
import * as notice from '../domain/notification.ts';
import type { App } from '../usecases/app.ts';

/** The customer hears that a person is looking into their order. */
export const orderNeedsAttention = ({ commands }: App) =>
  on(OrderNeedsAttention, (message) => commands.notify(message, notice.orderNeedsAttention(message.data)));
