/** Goods of an order have come back: the order service says what, and what becomes of them. */
import { type MessageOf, message } from '#contracts/envelope.ts';
import { type ReturnStock, StockReturned } from '#contracts/messages/stock.ts';
import { type ReturnedUnits, returnMovements } from '../../domain/inventory/stock-changes.ts';
import type { Deps, Stores } from '../ports.ts';
import { moveStock } from './move-stock.ts';

/**
 * Books a return once, however often it is asked for, and replies each time. A variant or a location that does not exist is a bug
 * of the sender: the message fails until it is among the dead letters, from where it can be sent again once that is mended.
 */
export const bookReturn =
  ({ receive }: Deps) =>
  (command: MessageOf<typeof ReturnStock>): Promise<void> =>
    receive(command, async (stores) => {
      const { returnId, orderId } = command.data;
      if (await stores.stock.rememberReturn(returnId, orderId)) await book(stores, command.data);
      await stores.outbox.add(message(StockReturned, { type: 'return', id: returnId }, { returnId, orderId }));
    });

const book = async (stores: Stores, { returnId, lines }: MessageOf<typeof ReturnStock>['data']): Promise<void> => {
  const { stock, locations } = stores;
  const variantIds = [...new Set(lines.map(({ variantId }) => variantId))];
  const levels = await stock.lockLevels(variantIds);
  const unknown = variantIds.filter((id) => !levels.has(id));
  if (unknown.length > 0) throw new Error(`${returnId} returns variants that do not exist: ${unknown.join()}`);
  // Staff may have booked it by hand, with the return's id as reference.
  const byHand = new Set(await stock.booked(variantIds.map((variantId) => ({ variantId, reference: returnId }))));
  const returned: ReturnedUnits[] = [];
  for (const line of lines.filter(({ variantId }) => !byHand.has(variantId))) {
    const location = (await locations.find(line.location))?.code;
    if (!location) throw new Error(`${returnId} returns to a location that does not exist: ${line.location}`);
    returned.push({ ...line, location });
  }
  const movements = returnMovements(returned, returnId);
  await stock.openLevels(movements);
  await moveStock(stores, movements);
};
