import type { Deps } from '../ports.ts';

// 5,000: what `refreshProducts` gets through in a round.
const mostQueued = 5_000;

/** Has documents of an older pipeline made anew, a part of them at a time: `refreshProducts` does the work. */
export const indexAnew =
  ({ transaction }: Pick<Deps, 'transaction'>) =>
  (): Promise<void> =>
    transaction(({ search }) => search.queueOutdated(mostQueued));
