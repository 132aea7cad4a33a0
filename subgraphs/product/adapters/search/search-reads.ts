/**
 * Search over the documents. What a common word or a whole department finds is not all looked at: documents are visited tier by
 * tier, those with all words in their title first, until there are enough of them to choose from. So a search costs about the same
 * among a thousand products and among a million (ADR 44).
 */
import type { CategoryId, ProductId } from '#contracts/ids.ts';
import { Prisma, type PrismaClient } from '#prisma/product/client/client.ts';
import { facetKey } from '../../domain/search/filters.ts';
import { parseQuery, type TextConditions, textConditions } from '../../domain/search/query.ts';
import { allOf, type TsQuery } from '../../domain/search/tsquery.ts';
import type {
  FacetCount,
  FacetRange,
  SearchHit,
  SearchReads,
  SearchRequest,
  SearchResult,
} from '../../usecases/search/ports.ts';
import { readCompletions } from './completions.ts';
import { type Asked, branches, filterQuery, lowestPrice, rowConditions, type Texts, withTerms } from './conditions.ts';
import { facetCounts, facetRanges, sampledFacets, siblings } from './facets.ts';
import { type KnownOfQuery, readVocabulary } from './vocabulary.ts';

// 1,000: forty pages of relevance, and facets that are right to a few per cent; about 10 ms of the database.
const mostCandidates = 1_000;
// 300: for the handful of a suggestion, and where words are left out and the results are a guess.
const fewCandidates = 300;
// 5,000 rows of an order: enough for a page, where one product in 250 is found, and that many are when candidates run out.
const mostWalked = 5_000;

const empty: KnownOfQuery = { vocabulary: { found: [], known: new Set(), synonyms: new Map() }, direct: [] };

/**
 * In millionths: all words in the title (1), their weights (up to about 1 for the words as typed, half for what else they may
 * mean), how much of the title they are (up to 0.5), in stock (0.1), and sales (0.1 for each power of ten).
 */
const score = ({ text, direct }: Asked): Prisma.Sql => {
  if (!text) return Prisma.sql`0`;
  const weights = Prisma.sql`'{0.05, 0.15, 0.4, 1}'::real[]`;
  const rank = (query: TsQuery) => Prisma.sql`ts_rank(${weights}, terms, ${query}::tsquery)`;
  // Ranking is most of what a search costs: not twice by the same words.
  const ranks =
    text.loose === text.exact
      ? Prisma.sql`1.5 * ${rank(text.loose)}`
      : Prisma.sql`${text.exact === undefined ? Prisma.sql`0` : rank(text.exact)} + 0.5 * ${rank(text.loose)}`;
  return Prisma.sql`(1000000 * (
    CASE stage WHEN 0 THEN 1 + 0.5 * least(1, ${text.words}::float / greatest(1, title_length)) ELSE 0 END
    + ${ranks}
    + CASE WHEN ${facetKey.inStock} = ANY (facets) THEN 0.1 ELSE 0 END + 0.1 * log(1 + units_sold)
    + coalesce((${JSON.stringify(Object.fromEntries(direct.map(({ productId, rank }) => [productId, rank])))}::jsonb->>product_id)::int, 0)
  ))::int`;
};

interface Order {
  readonly column: Prisma.Sql;
  readonly isDescending: boolean;
  /** The column as text for a cursor, and the text of a cursor as a value of the column. */
  readonly text: (column: Prisma.Sql) => Prisma.Sql;
  readonly value: (text: string) => Prisma.Sql;
}

const integer = (column: Prisma.Sql, isDescending: boolean): Order => ({
  column,
  isDescending,
  text: (value) => Prisma.sql`${value}::text`,
  value: (text) => Prisma.sql`${Number(text)}::int`,
});

// Products without a price in the currency come last, whichever way the prices are sorted.
const noPrice = { ascending: 2_147_483_647, descending: -1 };

const orderOf = (asked: Asked): Order => {
  const price = lowestPrice(asked);
  const title = Prisma.sql`(title_keys->>${Prisma.raw(`'${asked.language}'`)}) COLLATE "C"`;
  switch (asked.sort) {
    case 'RELEVANCE':
      return integer(score(asked), true);
    case 'BEST_SELLING':
      return integer(Prisma.sql`units_sold`, true);
    case 'PRICE_ASCENDING':
      return integer(Prisma.sql`coalesce(${price}, ${Prisma.raw(`${noPrice.ascending}`)})`, false);
    case 'PRICE_DESCENDING':
      return integer(Prisma.sql`coalesce(${price}, ${Prisma.raw(`${noPrice.descending}`)})`, true);
    case 'NEWEST':
      return {
        column: Prisma.sql`published_at`,
        isDescending: true,
        text: (value) => Prisma.sql`(extract(epoch FROM ${value}) * 1000)::bigint::text`,
        value: (text) => Prisma.sql`to_timestamp(${Number(text)}::float / 1000)`,
      };
    case 'TITLE':
      return { column: title, isDescending: false, text: (value) => value, value: (text) => Prisma.sql`${text}` };
    default:
      return asked.sort satisfies never;
  }
};

/** The rows beyond the page's start, in its direction. `column` is the one that the order goes by. */
const paged = ({ page }: Asked, { isDescending, value }: Order, column: Prisma.Sql) => {
  const goesDown = isDescending !== page.isBackward;
  const operator = Prisma.raw(goesDown ? '<' : '>');
  return {
    where: page.from
      ? Prisma.sql`(${column}, product_id) ${operator} (${value(page.from[0])}, ${page.from[1]})`
      : Prisma.sql`TRUE`,
    order: goesDown
      ? Prisma.sql`ORDER BY ${column} DESC, product_id DESC`
      : Prisma.sql`ORDER BY ${column} ASC, product_id ASC`,
  };
};

interface CandidateRow {
  readonly found: number;
  readonly hits: [value: string, productId: string][] | null;
  readonly facets: FacetCount[] | null;
  readonly ranges: FacetRange[] | null;
  readonly sampled: string[] | null;
}

const hitsOf = (rows: readonly (readonly [value: string, productId: string])[] | null): SearchHit[] =>
  (rows ?? []).map((key) => ({ productId: key[1] as ProductId, key }));

const readCandidates = async (
  prisma: PrismaClient,
  asked: Asked,
  texts: Texts,
  most: number,
): Promise<CandidateRow> => {
  const order = orderOf(asked);
  const { where, order: by } = paged(asked, order, Prisma.sql`sort_key`);
  const [row] = await prisma.$queryRaw<[CandidateRow]>`
    WITH candidate AS MATERIALIZED (
      SELECT product_id, facets, numbers, ${order.column} AS sort_key
        FROM (${branches(asked, texts)}) branch LIMIT ${most + 1}
    ), sibling AS MATERIALIZED (${asked.withFacets ? siblings(asked, texts, most) : Prisma.sql`SELECT NULL`})
    SELECT (SELECT count(*)::int FROM candidate) AS found,
           (SELECT jsonb_agg(jsonb_build_array(${order.text(Prisma.sql`sort_key`)}, product_id))
              FROM (SELECT * FROM candidate WHERE ${where} ${by} LIMIT ${asked.page.limit + 1}) hit) AS hits,
           (${asked.withFacets ? facetCounts(asked) : Prisma.sql`SELECT NULL::jsonb`}) AS facets,
           (${asked.withFacets ? facetRanges(asked, most) : Prisma.sql`SELECT NULL::jsonb`}) AS ranges,
           (${asked.withFacets ? sampledFacets(most) : Prisma.sql`SELECT NULL::jsonb`}) AS sampled`;
  return row;
};

/** The page from all that match, in an order that an index has. */
const readInOrder = async (prisma: PrismaClient, asked: Asked, texts: Texts): Promise<SearchHit[]> => {
  const order = orderOf(asked);
  const size = asked.page.limit + 1;
  const terms = allOf(texts?.anywhere, filterQuery(asked));
  const matches = Prisma.sql`${terms ? Prisma.sql`terms @@ ${terms}::tsquery` : Prisma.sql`TRUE`} AND ${rowConditions(asked)}`;
  const walked = await walk(prisma, asked, order, matches);
  if (walked.length === size) return walked;
  // Too few of those at this end of the order match: then those that match are sorted.
  const { where, order: by } = paged(asked, order, order.column);
  const rows = await prisma.$queryRaw<{ key: string; id: string }[]>`
    SELECT ${order.text(order.column)} AS key, product_id AS id FROM (${withTerms(terms)}) matching
     WHERE ${rowConditions(asked)} AND ${where} ${by} LIMIT ${size}`;
  return hitsOf(rows.map(({ key, id }) => [key, id]));
};

const walk = async (prisma: PrismaClient, asked: Asked, order: Order, matches: Prisma.Sql) => {
  const isByPrice = asked.sort === 'PRICE_ASCENDING' || asked.sort === 'PRICE_DESCENDING';
  // The index on prices has those without one at its end: a page that goes towards the prices from there is not in it.
  if (isByPrice && asked.page.isBackward) return [];
  const column = isByPrice ? lowestPrice(asked) : order.column;
  const { where, order: by } = paged(asked, order, column);
  // Row by row, until the page is full.
  const rows = await prisma.$queryRaw<{ key: string; id: string }[]>`
    SELECT ${order.text(order.column)} AS key, product_id AS id
      FROM (SELECT * FROM search_document
             WHERE ${where} ${isByPrice ? Prisma.sql`AND ${column} IS NOT NULL` : Prisma.empty} ${by} LIMIT ${mostWalked}) walked
     WHERE ${matches} ${by} LIMIT ${asked.page.limit + 1}`;
  return hitsOf(rows.map(({ key, id }) => [key, id]));
};

const hasMatch = async (prisma: PrismaClient, { anywhere }: TextConditions): Promise<boolean> => {
  const [row] = await prisma.$queryRaw<[{ found: boolean }]>`
    SELECT EXISTS (${withTerms(anywhere)}) AS found`;
  return row.found;
};

const search = async (prisma: PrismaClient, { query: typed, ...request }: SearchRequest): Promise<SearchResult> => {
  const query = parseQuery(typed);
  const { vocabulary, direct } = query.words.length > 0 ? await readVocabulary(prisma, query) : empty;
  const text = textConditions(query, vocabulary);
  // Only punctuation was typed.
  if (!text && typed.trim() !== '')
    return { hits: [], total: 0, isExact: true, facets: [], sampledFacets: [], ranges: [] };
  const asked = { ...request, text, direct };
  let texts: Texts = text;
  let most = asked.isGlance ? fewCandidates : mostCandidates;
  let row = await readCandidates(prisma, asked, texts, most);
  const isFiltered = asked.filters.facets.size > 0 || asked.filters.price !== undefined;
  // When it is the filters that leave nothing, fewer words would be another question.
  if (row.found === 0 && text?.relaxed && !(isFiltered && (await hasMatch(prisma, text)))) {
    texts = text.relaxed;
    most = fewCandidates;
    row = await readCandidates(prisma, asked, texts, most);
  }
  const isExact = row.found <= most;
  const isComplete = isExact || asked.sort === 'RELEVANCE';
  return {
    hits: isComplete ? hitsOf(row.hits) : await readInOrder(prisma, asked, texts),
    total: Math.min(row.found, most),
    isExact,
    facets: row.facets ?? [],
    sampledFacets: row.sampled ?? [],
    ranges: row.ranges ?? [],
  };
};

export const searchReads = (prisma: PrismaClient): SearchReads => ({
  search: (request) => search(prisma, request),

  completions: (request) => readCompletions(prisma, request),

  categoriesBySlug: async (slugs) => {
    const rows = await prisma.category.findMany({
      where: { slug: { in: [...slugs] } },
      select: { id: true, slug: true },
    });
    return new Map(rows.map(({ id, slug }) => [slug, id as CategoryId]));
  },
});
