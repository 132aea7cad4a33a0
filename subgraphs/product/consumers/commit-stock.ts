import { CommitStock } from '#contracts/messages/stock.ts';
import { on } from '#platform/messaging/consumer.ts';
import type { App } from '../usecases/app.ts';

export const commitStock = ({ commands }: App) => on(CommitStock, commands.commitStock);
