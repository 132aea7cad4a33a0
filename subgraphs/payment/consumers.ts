import type { MessageHandler } from '#platform/messaging/consumer.ts';
import type { App } from './usecases/app.ts';
import { authorize } from './consumers/authorize.ts';
import { cancel } from './consumers/cancel.ts';
import { capture } from './consumers/capture.ts';

/** What the `payment` queue brings, and what is done with it. */
export const consumers = (app: App): MessageHandler[] => [authorize, capture, cancel].map((consumer) => consumer(app));
