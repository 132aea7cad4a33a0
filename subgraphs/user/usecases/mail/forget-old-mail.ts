import { keptSince } from '../../domain/mail/delivery.ts';
import type { Deps } from '../ports.ts';

// 1000 rows of each kind per transaction: short enough to disturb nobody.
const batch = 1_000;
// 50 transactions per run: more mail than a worker sends in the ten minutes between two runs.
const maxBatches = 50;

/** Deletes old deliveries, expired tokens, and counts of mails that were requested. Returns the number of rows. */
export const forgetOldMail =
  ({ transaction }: Deps) =>
  async (): Promise<number> => {
    let total = 0;
    for (let round = 1; round <= maxBatches; round++) {
      const dropped = await transaction(async (stores) => [
        await stores.deliveries.dropEnded(keptSince(stores.now), batch),
        await stores.oneTimeTokens.dropExpired(batch),
        await stores.mailQuota.dropOld(batch),
      ]);
      total += dropped.reduce((sum, rows) => sum + rows, 0);
      if (dropped.every((rows) => rows < batch)) break;
    }
    return total;
  };
