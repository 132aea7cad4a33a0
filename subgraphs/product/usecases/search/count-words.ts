import type { Deps } from '../ports.ts';

// 100 changes: of a hundred written batches of products; far below a second.
const mostChanges = 100;
// 50 transactions a round, so that a process that is to stop need not wait for an import to be counted.
const mostRounds = 50;

/** Adds up in how many documents each word is, from what writers have noted since the last time. */
export const countWords =
  ({ transaction }: Pick<Deps, 'transaction'>) =>
  async (): Promise<void> => {
    for (
      let rounds = 0;
      rounds < mostRounds && (await transaction(({ search }) => search.addUpWords(mostChanges)));
      rounds++
    );
  };
