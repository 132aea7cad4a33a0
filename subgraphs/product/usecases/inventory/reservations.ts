import type { DataOf, Message } from '#contracts/envelope.ts';
import type { ReserveStock } from '#contracts/messages/stock.ts';
import { decide, decideReservation, perVariant } from '../../domain/inventory/decide.ts';
import type { Deps } from '../ports.ts';
import { enact } from './apply-decision.ts';

/**
 * Holds every unit that the attempt asks for, at the price it was told, or none of them. An attempt that was answered
 * before gets the same answer and holds nothing more.
 */
export const reserveStock =
  ({ receive }: Deps) =>
  (message: Message<DataOf<typeof ReserveStock>>): Promise<void> =>
    receive(message, async (stores) => {
      const { attemptId, orderId, lines, ttlMs } = message.data;
      const before = await stores.reservations.lock(attemptId, orderId);
      if (before.status !== 'NONE') return await enact(stores, before, decide(before, 'reserve'));

      const wanted = perVariant(lines);
      const offers = await stores.stock.lockOffers(wanted.map(({ variantId }) => variantId));
      const attempt = { attemptId, orderId, expiresAt: new Date(stores.now.getTime() + ttlMs) };
      await enact(stores, before, decideReservation(attempt, wanted, offers));
    });
