import { ReleaseStock } from '#contracts/messages/stock.ts';
import { on } from '#platform/messaging/consumer.ts';
import type { App } from '../usecases/app.ts';

export const releaseStock = ({ commands }: App) => on(ReleaseStock, commands.releaseStock);
