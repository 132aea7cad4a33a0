import type { MessageHandler } from '#platform/messaging/consumer.ts';
import type { App } from '../usecases/app.ts';
import { checkoutReplies } from './checkout-replies.ts';
import { productChanged } from './product-changed.ts';

/** Every message that this service listens to. */
export const consumers = (app: App): MessageHandler[] => [...checkoutReplies(app), productChanged(app)];
