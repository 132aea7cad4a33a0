import { ReleaseStock } from '../../../contracts/messages/stock.ts';
import { on } from '../../../platform/consumer.ts';
import type { App } from '../usecases/app.ts';

export const releaseStock = ({ commands }: App) => on(ReleaseStock, commands.releaseStock);
