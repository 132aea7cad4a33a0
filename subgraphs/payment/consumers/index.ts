import type { MessageHandler } from '#platform/messaging/consumer.ts';
import type { App } from '../usecases/app.ts';
import { authorize } from './authorize.ts';
import { cancel } from './cancel.ts';
import { capture } from './capture.ts';

/** What the `payment` queue brings, and what is done with it. */
export const consumers = (app: App): MessageHandler[] => [authorize, capture, cancel].map((consumer) => consumer(app));
