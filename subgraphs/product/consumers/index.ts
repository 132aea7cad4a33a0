/** The messages that this service works on. */
import type { MessageHandler } from '#platform/messaging/consumer.ts';
import type { App } from '../usecases/app.ts';
import { commitStock } from './commit-stock.ts';
import { releaseStock } from './release-stock.ts';
import { reserveStock } from './reserve-stock.ts';

export const consumers = (app: App): MessageHandler[] =>
  [reserveStock, commitStock, releaseStock].map((consumer) => consumer(app));
