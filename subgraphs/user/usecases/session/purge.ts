import type { Deps, Stores } from '../ports.ts';

// 1000 rows of each kind per transaction: short enough to disturb nobody.
const batch = 1_000;
// 50 transactions per run: a hundred addresses that guess at as many accounts as the gateway lets them leave behind 60,000
// rows in the ten minutes between two runs.
const maxBatches = 50;

const purge =
  (dropSome: (stores: Stores) => Promise<number>) =>
  ({ transaction }: Pick<Deps, 'transaction'>) =>
  async (): Promise<number> => {
    let total = 0;
    for (let round = 1; round <= maxBatches; round++) {
      const dropped = await transaction(dropSome);
      total += dropped;
      if (dropped < batch) break;
    }
    return total;
  };

/** Deletes sign-in attempts and sign-ins that no longer count. Returns the number of rows. */
export const forgetOldAttempts = purge(({ attempts }) => attempts.dropForgotten(batch));

/**
 * Deletes expired sessions, of guests too, and refresh tokens, and denials of what has expired. An ended session stays
 * until it would have expired, with the reason of its end. Returns the number of rows.
 */
export const forgetOldSessions = purge(
  async ({ sessions, denials }) => (await sessions.dropExpired(batch)) + (await denials.dropExpired(batch)),
);
