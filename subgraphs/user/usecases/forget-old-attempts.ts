import type { Deps } from './ports.ts';

// 1000 rows of each kind a transaction: short enough to disturb nobody.
const batch = 1_000;
// 50 transactions a round: a hundred addresses that guess at as many accounts as the gateway lets them leave behind 60,000
// rows in the ten minutes between two rounds.
const mostBatches = 50;

/** Drops what of wrong passwords and of sign-ins no longer counts. Tells how many rows that were. */
export const forgetOldAttempts =
  ({ transaction }: Deps) =>
  async (): Promise<number> => {
    let dropped = 0;
    for (let round = 1; round <= mostBatches; round++) {
      const now = await transaction(({ attempts }) => attempts.dropForgotten(batch));
      dropped += now;
      if (now < batch) break;
    }
    return dropped;
  };
