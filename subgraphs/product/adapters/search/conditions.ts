/** Which documents a search looks at, as SQL. */
import { Prisma } from '#prisma/product/client/client.ts';
import { bucketsOf, numberBucketsOf, numberRangeIn } from '../../domain/search/filters.ts';
import type { TextConditions } from '../../domain/search/query.ts';
import { allOf, anyOf, lexeme, not, type TsQuery } from '../../domain/search/tsquery.ts';
import type { SearchRequest } from '../../usecases/search/ports.ts';
import type { KnownOfQuery } from './vocabulary.ts';

const tiers = [0, 1, 2, 3];
// Wider ranges leave out too little to be worth the look.
const mostBuckets = 24;

export type Asked = Omit<SearchRequest, 'query'> & {
  readonly text: TextConditions | undefined;
  readonly direct: KnownOfQuery['direct'];
};
export type Texts = Pick<TextConditions, 'anywhere' | 'inTitle'> | undefined;

/** What a document with this key may be found under; a text may look like a range. */
const lexemesOf = (key: string): string[] => {
  const range = numberRangeIn(key);
  return range ? [key, ...numberBucketsOf(range.code, range)] : [key];
};

/**
 * The filters as lexemes, those of one facet left out when it is to be counted. Prices are among them where nothing else leaves
 * out most of the catalogue: the lists of a range's buckets are long, and comparing the prices of what is found is cheaper.
 */
export const filterQuery = (
  { text, filters: { facets, price }, currency }: Asked,
  without?: string,
): TsQuery | undefined => {
  const groups = [...facets]
    .filter(([facet]) => facet !== without)
    .map(([, keys]) => anyOf(...keys.flatMap(lexemesOf).map(lexeme)));
  const buckets = price && !text && groups.length === 0 ? bucketsOf(currency, price) : [];
  return allOf(...groups, buckets.length <= mostBuckets ? anyOf(...buckets.map(lexeme)) : undefined);
};

export const lowestPrice = ({ currency }: Asked) => Prisma.sql`(lowest_prices->>${Prisma.raw(`'${currency}'`)})::int`;

const priceCondition = (asked: Asked) => {
  const { price } = asked.filters;
  if (!price) return Prisma.sql`TRUE`;
  const { min = 0, max = 2_147_483_647 } = price;
  // `+ 0`: compared row by row. The index on prices would be read for the whole range, which may be half of the catalogue.
  return Prisma.sql`${lowestPrice(asked)} + 0 BETWEEN ${min}::int AND ${max}::int`;
};

/** A number of an attribute in a range; `document` is the table or what was selected from it. */
export const isInRange = ({ code, min, max }: NonNullable<ReturnType<typeof numberRangeIn>>): Prisma.Sql => {
  const value = Prisma.sql`(numbers->>${code})::numeric`;
  return Prisma.sql`coalesce(${Prisma.join(
    [
      ...(min === undefined ? [] : [Prisma.sql`${value} >= ${String(min)}::numeric`]),
      ...(max === undefined ? [] : [Prisma.sql`${value} <= ${String(max)}::numeric`]),
    ],
    ' AND ',
  )}, FALSE)`;
};

/** Facets that are filtered by a range: the buckets that the index looks up have more in them. */
const rangeConditions = ({ filters: { facets } }: Asked, without?: string): Prisma.Sql[] =>
  [...facets].flatMap(([facet, keys]) => {
    const ranges = keys.flatMap((key) => numberRangeIn(key) ?? []);
    if (facet === without || ranges.length === 0) return [];
    return [Prisma.sql`(facets && ${keys}::text[] OR ${Prisma.join(ranges.map(isInRange), ' OR ')})`];
  });

/** What the index cannot say, or not well. */
export const rowConditions = (asked: Asked, without?: string): Prisma.Sql =>
  Prisma.join([priceCondition(asked), ...rangeConditions(asked, without)], ' AND ');

const hasTerms = (terms: TsQuery | undefined) => (terms ? Prisma.sql`terms @@ ${terms}::tsquery` : Prisma.sql`TRUE`);

/** Written out: each tier has an index of its own, which no parameter would be matched with. */
const isInTier = (tier: number): Prisma.Sql => Prisma.sql`tier = ${Prisma.raw(`${tier}`)}`;

/** All documents of which it holds: a condition on their terms, which is looked up in the index of each tier. */
export const inEachTier = (condition: Prisma.Sql): Prisma.Sql =>
  Prisma.join(
    tiers.map((tier) => Prisma.sql`SELECT * FROM search_document WHERE ${isInTier(tier)} AND ${condition}`),
    ' UNION ALL ',
  );

export const withTerms = (terms: TsQuery | undefined): Prisma.Sql =>
  terms ? inEachTier(hasTerms(terms)) : Prisma.sql`SELECT * FROM search_document`;

/** The branches are read one after the other, and only until the limit is reached; no document is in two of them. */
export const branches = (asked: Asked, texts: Texts, without?: string): Prisma.Sql => {
  const filter = filterQuery(asked, without);
  const stages = texts
    ? [texts.inTitle, allOf(texts.anywhere, not(texts.inTitle))].map((text, stage) => ({ text, stage }))
    : [{ text: undefined, stage: 0 }];
  const ids = asked.direct.map(({ productId }) => productId);
  const direct = Prisma.sql`
    SELECT document.*, 2 AS stage FROM search_document document
     WHERE product_id = ANY (${ids}::text[]) AND ${hasTerms(filter)} AND ${rowConditions(asked, without)}`;
  const others = stages.flatMap(({ text, stage }) =>
    tiers.map(
      (tier) => Prisma.sql`
        SELECT document.*, ${Prisma.raw(`${stage}`)} AS stage FROM search_document document
         WHERE ${isInTier(tier)} AND ${hasTerms(allOf(text, filter))} AND ${rowConditions(asked, without)}
         ${ids.length > 0 ? Prisma.sql`AND product_id <> ALL (${ids}::text[])` : Prisma.empty}`,
    ),
  );
  return Prisma.join([...(ids.length > 0 ? [direct] : []), ...others], ' UNION ALL ');
};
