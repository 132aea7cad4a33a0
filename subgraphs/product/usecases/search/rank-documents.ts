import type { Deps } from '../ports.ts';

// 90 days: long enough that slow sellers differ, short enough that last winter's skis do not lead in July.
const periodMs = 90 * 24 * 60 * 60 * 1_000;
// 500 documents a transaction: short locks on a shop that is open.
const batchSize = 500;
// 20,000 a round: what changes more waits for the next one, the best selling first.
const mostChanges = 20_000;

/**
 * Writes into the documents how many units have been sold of late, and the tier that follows from it: a 64th of the catalogue is in
 * the first, a 16th and a quarter are in the next two.
 */
export const rankDocuments =
  ({ transaction }: Pick<Deps, 'transaction'>) =>
  async (): Promise<void> => {
    const ranks = await transaction(({ search, now }) =>
      search.changedRanks(new Date(now.getTime() - periodMs), mostChanges),
    );
    for (let from = 0; from < ranks.length; from += batchSize)
      await transaction(({ search }) => search.saveRanks(ranks.slice(from, from + batchSize)));
  };
