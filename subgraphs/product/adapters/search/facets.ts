/** What the candidates of a search have in common, and what else could be chosen: statements over `candidate` and `sibling`. */
import { Prisma } from '#prisma/product/client/client.ts';
import { numberRangeIn } from '../../domain/search/filters.ts';
import { type Asked, branches, isInRange, type Texts } from './conditions.ts';

// 50 values of a facet: the list that people scroll through.
const mostValues = 50;

/**
 * For each facet that is filtered by, the candidates without that filter: a value that is not chosen is offered with what it would add.
 * They may be too many to look at where the candidates are not; one more than `most` says so.
 */
export const siblings = (asked: Asked, texts: Texts, most: number): Prisma.Sql => {
  const facets = [...asked.filters.facets.keys()];
  if (facets.length === 0) return Prisma.sql`SELECT NULL::text AS facet, facets, numbers FROM candidate LIMIT 0`;
  return Prisma.join(
    facets.map(
      (facet) => Prisma.sql`
        (SELECT ${facet} AS facet, facets, numbers FROM (${branches(asked, texts, facet)}) branch LIMIT ${most + 1})`,
    ),
    ' UNION ALL ',
  );
};

/** The facets that are filtered by whose other values are not all counted. */
export const sampledFacets = (most: number): Prisma.Sql => Prisma.sql`
  SELECT jsonb_agg(facet) FROM (SELECT facet FROM sibling GROUP BY facet HAVING count(*) > ${most}) sampled`;

export const facetCounts = ({ filters }: Asked): Prisma.Sql => {
  const selected = [...filters.facets.keys()];
  const chosen = [...filters.facets.values()].flat();
  const ranges = chosen.flatMap((key) => {
    const range = numberRangeIn(key);
    return range
      ? [
          Prisma.sql`SELECT ${key}, count(*)::int FROM candidate WHERE ${isInRange(range)} AND NOT ${key} = ANY (facets)`,
        ]
      : [];
  });
  const counted = [
    Prisma.sql`
      SELECT key, count(*)::int AS count FROM candidate, unnest(facets) key
       WHERE split_part(key, ':', 1) <> ALL (${selected}::text[]) GROUP BY key`,
    Prisma.sql`
      SELECT key, count(*)::int FROM sibling, unnest(facets) key
       WHERE split_part(key, ':', 1) = facet AND key <> ALL (${chosen}::text[]) GROUP BY key`,
    // What has a chosen value is among the candidates, all of it if they are all there are.
    Prisma.sql`
      SELECT key, count(*)::int FROM candidate, unnest(facets) key WHERE key = ANY (${chosen}::text[]) GROUP BY key`,
    ...ranges,
    Prisma.sql`SELECT unnest(${chosen}::text[]), 0`,
  ];
  return Prisma.sql`
    SELECT jsonb_agg(jsonb_build_object('key', key, 'count', count, 'label', label, 'facetLabel', facet_label)
                     ORDER BY count DESC, key)
      FROM (
        SELECT key, sum(count)::int AS count,
               row_number() OVER (PARTITION BY split_part(key, ':', 1) ORDER BY sum(count) DESC, key) AS place
          FROM (${Prisma.join(counted, ' UNION ALL ')}) counted
         GROUP BY key
      ) value
      LEFT JOIN search_facet USING (key)
     WHERE place <= ${mostValues} OR key = ANY (${chosen}::text[])`;
};

/**
 * The lowest and highest number of each attribute, whatever it is filtered by itself: of all that were counted, and where those are a
 * sample, of all documents. The ends of an index cost the same, however many there are.
 */
export const facetRanges = ({ filters }: Asked, most: number): Prisma.Sql => {
  const selected = [...filters.facets.keys()];
  const end = (of: 'min' | 'max') => {
    const ofAll = Prisma.sql`(SELECT ${Prisma.raw(of)}(number.value) FROM search_number number WHERE number.code = range.code)`;
    return Prisma.sql`CASE WHEN range.found > ${most} THEN ${ofAll} ELSE range.${Prisma.raw(of)} END`;
  };
  return Prisma.sql`
    SELECT jsonb_agg(jsonb_build_object('facet', 'attribute.' || code, 'min', ${end('min')}, 'max', ${end('max')}))
      FROM (
        SELECT code, min(value::numeric), max(value::numeric), (SELECT count(*) FROM candidate) AS found
          FROM candidate, jsonb_each_text(numbers) AS number (code, value)
         WHERE 'attribute.' || code <> ALL (${selected}::text[]) GROUP BY code
         UNION ALL
        SELECT code, min(value::numeric), max(value::numeric), (SELECT count(*) FROM sibling WHERE facet = 'attribute.' || code)
          FROM sibling, jsonb_each_text(numbers) AS number (code, value)
         WHERE 'attribute.' || code = facet GROUP BY code
      ) range`;
};
