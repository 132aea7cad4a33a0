/** What staff say about queries. */
import { z } from 'zod';
import { type Id, idsOf, ProductId } from '#contracts/ids.ts';
import { line } from '../catalogue/texts.ts';
import { longestPhrase, longestQuery, parseQuery, phraseKey } from './query.ts';
import { wordsOf } from './text.ts';

export const synonymsIds = idsOf('SearchSynonyms', 'syn');
export type SynonymsId = Id<'SearchSynonyms'>;

const Phrase = line(100).refine(
  (phrase) => wordsOf(phrase).length >= 1 && wordsOf(phrase).length <= longestPhrase,
  `is not of one to ${longestPhrase} words`,
);

/** Phrases that find the same; one way: the first also finds what the others find, and not the other way round. */
export const Synonyms = z.object({
  // 20: each is one more alternative in every query that has one of them.
  phrases: z.array(Phrase).min(2).max(20),
  isOneWay: z.boolean(),
});
export type Synonyms = z.infer<typeof Synonyms>;

export interface StoredSynonyms extends Synonyms {
  readonly id: SynonymsId;
}

export const phraseKeys = ({ phrases }: Synonyms): string[] => [
  ...new Set(phrases.map((phrase) => phraseKey(wordsOf(phrase)))),
];

/** Products that come first for a query, in this order; with none the query is left to itself. */
export const SearchPin = z.object({
  query: line(longestQuery).refine((query) => parseQuery(query).words.length > 0, 'has no word'),
  // 10: half a page.
  productIds: z.array(ProductId).max(10),
});
export type SearchPin = z.infer<typeof SearchPin>;

export const pinKey = ({ query }: SearchPin): string => parseQuery(query).key;
