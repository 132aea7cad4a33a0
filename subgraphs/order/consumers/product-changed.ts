import { ProductChanged } from '#contracts/messages/product.ts';
import { type MessageHandler, on } from '#platform/messaging/consumer.ts';
import type { App } from '../usecases/app.ts';

export const productChanged = ({ commands }: App): MessageHandler => on(ProductChanged, commands.takeOverProduct);
