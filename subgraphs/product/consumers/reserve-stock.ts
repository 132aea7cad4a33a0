import { ReserveStock } from '#contracts/messages/stock.ts';
import { on } from '#platform/messaging/consumer.ts';
import type { App } from '../usecases/app.ts';

export const reserveStock = ({ commands }: App) => on(ReserveStock, commands.reserveStock);
