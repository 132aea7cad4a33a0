import type { DataOf, Message } from '#contracts/envelope.ts';
import type { ReleaseStock } from '#contracts/messages/stock.ts';
import { decide } from '../../domain/inventory/decide.ts';
import type { Deps } from '../ports.ts';
import { enact } from './apply-decision.ts';

/**
 * Undoes whatever the attempt did to the stock: gives back what it holds, takes back what it bought, or sees to it that a
 * reservation on its way will hold nothing. Always answers that nothing is held any more.
 */
export const releaseStock =
  ({ receive }: Deps) =>
  (message: Message<DataOf<typeof ReleaseStock>>): Promise<void> =>
    receive(message, async (stores) => {
      const { attemptId, orderId } = message.data;
      const before = await stores.reservations.lock(attemptId, orderId);
      await enact(stores, before, decide(before, 'release'));
    });
