/** What the catalogue's words, and staff, know of a query: one statement. */
import type { ProductId } from '#contracts/ids.ts';
import type { PrismaClient } from '#prisma/product/client/client.ts';
import type { FoundWord, ParsedQuery, Vocabulary } from '../../domain/search/query.ts';
import { deletionsOf } from '../../domain/search/text.ts';

// 20 words that begin alike: the most frequent ones; a prefix of two letters may have thousands.
const mostPrefixes = 20;
// Before the errors are counted exactly.
const mostSimilar = 10;
const mostSkuHits = 50;
// Below, a beginning is that of too many.
const shortestPrefix = 2;
// Longer ones are those of few words: they need no index of their own.
const longestIndexedPrefix = 3;

interface Row {
  readonly words: FoundWord[];
  readonly known: string[];
  readonly synonyms: { readonly keys: string[]; readonly isOneWay: boolean }[];
  readonly pinned: ProductId[] | null;
  readonly skuHits: { readonly productId: ProductId; readonly isExact: boolean }[];
}

export interface KnownOfQuery {
  readonly vocabulary: Vocabulary;
  /** What is found without its text: pinned, in order, or by sku. */
  readonly direct: readonly { readonly productId: ProductId; readonly rank: number }[];
}

/** By length: at most one of them is no empty text. */
const prefixOf = (word: string) => {
  const { length } = [...word];
  const [two, three] = [length === shortestPrefix ? word : '', length === longestIndexedPrefix ? word : ''];
  return { two, three, prefix: length > longestIndexedPrefix ? word : '' };
};

export const readVocabulary = async (prisma: PrismaClient, query: ParsedQuery): Promise<KnownOfQuery> => {
  const asked = query.words.map(({ word, lexeme, spelling, root, errors }, place) => ({
    ...{ place, lexeme, spelling, root, errors, deletions: deletionsOf(spelling) },
    ...prefixOf(word),
  }));
  const [row] = await prisma.$queryRaw<[Row]>`
    WITH asked AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(asked)}::jsonb)
        AS asked (place int, lexeme text, spelling text, root text, errors int, deletions text[], two text, three text, prefix text)
    ), exact AS MATERIALIZED (
      SELECT asked.place, word.lexeme, word.spelling, word.documents, word.titles
        FROM asked JOIN search_word word ON word.lexeme = asked.lexeme COLLATE "C"
    ), prefix AS MATERIALIZED (
      -- Most of the order is that of the indexes; the rest decides among words of about the same number.
      SELECT asked.place, word.*
        FROM asked CROSS JOIN LATERAL (
          SELECT lexeme, spelling, documents, titles
            FROM (
              (SELECT * FROM search_word WHERE left(lexeme, 2) = asked.two AND documents > 0 AND lexeme <> asked.lexeme
                ORDER BY commonness DESC, titles DESC, documents DESC, lexeme LIMIT ${mostPrefixes})
               UNION ALL
              (SELECT * FROM search_word WHERE left(lexeme, 3) = asked.three AND documents > 0 AND lexeme <> asked.lexeme
                ORDER BY commonness DESC, titles DESC, documents DESC, lexeme LIMIT ${mostPrefixes})
               UNION ALL
              (SELECT * FROM search_word
                WHERE asked.prefix <> '' AND lexeme >= asked.prefix COLLATE "C"
                  AND lexeme < (asked.prefix || chr(1114111)) COLLATE "C" AND documents > 0 AND lexeme <> asked.lexeme
                ORDER BY commonness DESC, titles DESC, documents DESC, lexeme LIMIT ${mostPrefixes})
            ) beginning
        ) word
       WHERE NOT EXISTS (SELECT FROM exact WHERE exact.place = asked.place AND exact.titles > 0)
    ), close AS MATERIALIZED (
      SELECT asked.place, word.*
        FROM asked CROSS JOIN LATERAL (
          SELECT lexeme, spelling, documents, titles
            FROM search_word
           WHERE deletions && asked.deletions AND documents > 0
             AND abs(length(spelling) - length(asked.spelling)) <= asked.errors
           ORDER BY similarity(spelling, asked.spelling) DESC, documents DESC, lexeme
           LIMIT ${mostSimilar}
        ) word
       WHERE asked.errors > 0
         AND NOT EXISTS (SELECT FROM exact WHERE exact.place = asked.place AND exact.documents > 0)
         AND NOT EXISTS (SELECT FROM prefix WHERE prefix.place = asked.place)
    ), alike AS (
      -- Trigrams only where no word is one error away: their index gives thousands of words, which are compared one by one.
      SELECT asked.place, word.*
        FROM asked CROSS JOIN LATERAL (
          SELECT lexeme, spelling, documents, titles
            FROM search_word
           WHERE spelling % asked.spelling AND documents > 0
             AND abs(length(spelling) - length(asked.spelling)) <= asked.errors
           ORDER BY similarity(spelling, asked.spelling) DESC, documents DESC, lexeme
           LIMIT ${mostSimilar}
        ) word
       WHERE asked.errors > 0
         AND NOT EXISTS (SELECT FROM exact WHERE exact.place = asked.place AND exact.documents > 0)
         AND NOT EXISTS (SELECT FROM prefix WHERE prefix.place = asked.place)
         AND NOT EXISTS (SELECT FROM close WHERE close.place = asked.place)
    ), related AS (
      SELECT asked.place, word.*
        FROM asked CROSS JOIN LATERAL (
          SELECT lexeme, spelling, documents, titles
            FROM search_word
           WHERE asked.root <> '' AND lexeme >= asked.root COLLATE "C"
             AND lexeme < (asked.root || chr(1114111)) COLLATE "C" AND documents > 0
           ORDER BY titles DESC, documents DESC, lexeme
           LIMIT ${mostSimilar}
        ) word
       WHERE NOT EXISTS (SELECT FROM exact WHERE exact.place = asked.place AND exact.documents > 0)
         AND NOT EXISTS (SELECT FROM prefix WHERE prefix.place = asked.place)
    )
    SELECT (SELECT coalesce(jsonb_agg(to_jsonb(word) ORDER BY place, ordinal), '[]')
              FROM (SELECT 'exact' AS kind, *, 0 AS ordinal FROM exact
                     UNION ALL SELECT 'prefix', *, row_number() OVER () FROM prefix
                     UNION ALL SELECT 'close', *, row_number() OVER () FROM close
                     UNION ALL SELECT 'close', *, row_number() OVER () FROM alike
                     UNION ALL SELECT 'related', *, row_number() OVER () FROM related) word) AS words,
           (SELECT coalesce(jsonb_agg(lexeme), '[]') FROM search_word
             WHERE lexeme = ANY (${[...query.otherForms]}) AND documents > 0) AS known,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('keys', keys, 'isOneWay', is_one_way) ORDER BY id), '[]')
              FROM search_synonyms WHERE keys && ${[...query.phrases]}::text[]) AS synonyms,
           (SELECT to_jsonb(product_ids) FROM search_pin WHERE key = ${query.key}) AS pinned,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('productId', product_id, 'isExact', sku = ${query.sku ?? ''})), '[]')
              FROM (SELECT product_id, sku FROM product_variant
                     WHERE ${query.sku !== undefined} AND sku COLLATE "C" >= ${query.sku ?? ''}
                       AND sku COLLATE "C" < ${`${query.sku ?? ''}\u{10ffff}`}
                     ORDER BY sku COLLATE "C" LIMIT ${mostSkuHits}) variant) AS "skuHits"`;
  return { vocabulary: vocabularyOf(row), direct: directHits(row) };
};

const vocabularyOf = ({ words, known, synonyms }: Row): Vocabulary => {
  const meaning = new Map<string, string[]>();
  for (const { keys, isOneWay } of synonyms)
    for (const key of isOneWay ? keys.slice(0, 1) : keys)
      meaning.set(key, [...(meaning.get(key) ?? []), ...keys.filter((other) => other !== key)]);
  return { found: words, known: new Set(known), synonyms: meaning };
};

// Above every score of a text (search-reads.ts): what staff pinned in their order, then the very sku, then what begins like it.
const directHits = ({ pinned, skuHits }: Row): KnownOfQuery['direct'] => {
  const ranks = new Map<ProductId, number>();
  const add = (productId: ProductId, rank: number) => ranks.set(productId, Math.max(rank, ranks.get(productId) ?? 0));
  for (const { productId, isExact } of skuHits) add(productId, isExact ? 200 : 100);
  for (const [place, productId] of (pinned ?? []).entries()) add(productId, 1_000 - place);
  return [...ranks].map(([productId, rank]) => ({ productId, rank }));
};
