import { decide } from '../../domain/inventory/decide.ts';
import type { Deps } from '../ports.ts';
import { enact } from './apply-decision.ts';

/**
 * Gives back what is held past its time, at most `limit` reservations; returns how many. Safe in many copies at once.
 * Each is a transaction of its own: stock is then locked in order of the ids within one, as everywhere, and a
 * reserve or commit waits for one reservation and not for a batch.
 */
export const expireReservations =
  ({ transaction }: Deps) =>
  async (limit: number): Promise<number> => {
    let expired = 0;
    while (expired < limit) {
      const wasOne = await transaction(async (stores) => {
        const overdue = await stores.reservations.lockOverdue(stores.now);
        if (overdue) await enact(stores, overdue, decide(overdue, 'expire'));
        return overdue !== undefined;
      });
      if (!wasOne) break;
      expired++;
    }
    return expired;
  };
