/** Collections: products that have something in common, whichever category they are in. */
import { z } from 'zod';
import { CollectionId } from '#contracts/ids.ts';
import { type Candidate, matches, Rule } from './collection-rule.ts';
import { CategoryTexts, Slug } from './texts.ts';

// 200: every write of a product looks at the rules of all.
export const mostCollections = 200;

export const Collection = z.object({
  id: CollectionId,
  slug: Slug,
  texts: CategoryTexts,
  rule: Rule,
  /** Order in which the shop shows them. */
  position: z.int().min(0).max(10_000),
  /** Whether customers see it. One that they do not see has its products, too: prices may depend on it. */
  isPublished: z.boolean(),
});
export type Collection = z.infer<typeof Collection>;

/** As it is stored: each write makes the next version. */
export type StoredCollection = Collection & { readonly version: number };

/** By id, so that what is the same looks the same. */
export const collectionsOf = (
  candidate: Candidate,
  collections: readonly Pick<Collection, 'id' | 'rule'>[],
): CollectionId[] =>
  collections
    .filter(({ rule }) => matches(rule, candidate))
    .map(({ id }) => id)
    .sort();
