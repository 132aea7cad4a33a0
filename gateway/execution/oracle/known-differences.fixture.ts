/** Where another executor may differ from stock, because stock is wrong: each with the sentence that says so. */
import type { Case, Response } from './comparison.fixture.ts';

interface KnownDifference {
  readonly name: string;
  /** The sentence, and where it is from. */
  readonly because: string;
  readonly isThis: (one: Case, stock: Response, other: Response) => boolean;
}

export const knownDifferences: readonly KnownDifference[] = [];

export const isKnown = (one: Case, stock: Response, other: Response): boolean =>
  knownDifferences.some(({ isThis }) => isThis(one, stock, other));
