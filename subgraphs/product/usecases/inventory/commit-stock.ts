import type { DataOf, Message } from '#contracts/envelope.ts';
import type { CommitStock } from '#contracts/messages/stock.ts';
import { decide } from '../../domain/inventory/decide.ts';
import type { Deps } from '../ports.ts';
import { enact } from './apply-decision.ts';

/** Sells what the attempt holds, once. Without a live reservation the order is told why not, and no unit moves. */
export const commitStock =
  ({ receive }: Deps) =>
  (message: Message<DataOf<typeof CommitStock>>): Promise<void> =>
    receive(message, async (stores) => {
      const { attemptId, orderId } = message.data;
      const before = await stores.reservations.lock(attemptId, orderId);
      await enact(stores, before, decide(before, 'commit'));
    });
