import { unattachedKeptMs } from '../../domain/media/media.ts';
import type { Deps } from '../ports.ts';

// 5 min: far longer than removing a round takes, and short enough that what a killed sweep has claimed comes again soon.
const leaseMs = 300_000;

/**
 * Removes files that no product refers to any more or ever did, at most `limit`; returns how many. Marked first, then
 * removed, then forgotten: after a crash in between the next round does it again. Safe in many copies at once.
 */
export const sweepFiles =
  ({ transaction, media: { files: store } }: Deps) =>
  async (limit: number): Promise<number> => {
    if (!store) return 0;
    const claimed = await transaction(async ({ files, uploads, now }) => {
      // Whose files have gone before them.
      await uploads.forgetExpired(new Date(now.getTime() - unattachedKeptMs), limit);
      return files.claimOverdue(now, new Date(now.getTime() + leaseMs), limit);
    });
    const outcomes = await Promise.allSettled(claimed.map((key) => store.remove(key)));
    const removed = claimed.filter((_, index) => outcomes[index]?.status === 'fulfilled');
    if (removed.length > 0) await transaction(({ files }) => files.forget(removed));
    const fault = outcomes.find((outcome) => outcome.status === 'rejected');
    // The task is then reported as failing.
    if (fault) throw fault.reason;
    return removed.length;
  };
