import type { MessageHandler } from '#platform/messaging/consumer.ts';
import type { App } from '../usecases/app.ts';
import { orderCancelled } from './order-cancelled.ts';
import { orderConfirmed } from './order-confirmed.ts';
import { orderNeedsAttention } from './order-needs-attention.ts';
import { orderPaymentFailed } from './order-payment-failed.ts';
import { orderPlaced } from './order-placed.ts';
import { orderRejected } from './order-rejected.ts';
import { userRegistered } from './user-registered.ts';

/** The notification role: what the `user` queue brings, and what is done with it. */
export const consumers = (app: App): MessageHandler[] =>
  [
    userRegistered,
    orderPlaced,
    orderConfirmed,
    orderRejected,
    orderPaymentFailed,
    orderCancelled,
    orderNeedsAttention,
  ].map((consumer) => consumer(app));
