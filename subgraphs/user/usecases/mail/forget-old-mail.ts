import { keptSince } from '../../domain/mail/delivery.ts';
import type { Deps } from '../ports.ts';

// 1000 rows of each kind per transaction: short enough to disturb nobody.
const batch = 1_000;
// 50 transactions per run: more mail than a worker sends in the ten minutes between two runs.
const maxBatches = 50;

/** Deletes old deliveries and expired tokens. Returns the number of rows. */
export const forgetOldMail =
  ({ transaction }: Deps) =>
  async (): Promise<number> => {
    let total = 0;
    for (let round = 1; round <= maxBatches; round++) {
      const [deliveries, tokens] = await transaction(async (stores) => [
        await stores.deliveries.dropEnded(keptSince(stores.now), batch),
        await stores.oneTimeTokens.dropExpired(batch),
      ]);
      total += (deliveries ?? 0) + (tokens ?? 0);
      if ((deliveries ?? 0) < batch && (tokens ?? 0) < batch) break;
    }
    return total;
  };
