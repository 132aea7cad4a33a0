/** What the candidates of a search have in common, and what else could be chosen: statements over `candidate` and `sibling`. */
import { Prisma } from '#prisma/product/client/client.ts';
import { numberRangeIn } from '../../domain/search/filters.ts';
import { type Asked, branches, isInRange, type Texts } from './conditions.ts';

// 50 values of a facet: the list that people scroll through.
const mostValues = 50;

/** For each facet that is filtered by, the candidates without that filter: a value that is not chosen is offered with what it would add. */
export const siblings = (asked: Asked, texts: Texts, most: number): Prisma.Sql => {
  const facets = [...asked.filters.facets.keys()];
  if (facets.length === 0) return Prisma.sql`SELECT NULL::text AS facet, facets, numbers FROM candidate LIMIT 0`;
  return Prisma.join(
    facets.map(
      (facet) => Prisma.sql`
        (SELECT ${facet} AS facet, facets, numbers FROM (${branches(asked, texts, facet)}) branch LIMIT ${most})`,
    ),
    ' UNION ALL ',
  );
};

export const facetCounts = ({ filters }: Asked): Prisma.Sql => {
  const selected = [...filters.facets.keys()];
  const chosen = [...filters.facets.values()].flat();
  const ranges = [...filters.facets].flatMap(([facet, keys]) =>
    keys.flatMap((key) => {
      const range = numberRangeIn(key);
      return range
        ? [
            Prisma.sql`
              SELECT ${key}, count(*)::int FROM sibling
               WHERE facet = ${facet} AND ${isInRange(range)} AND NOT ${key} = ANY (facets)`,
          ]
        : [];
    }),
  );
  const counted = [
    Prisma.sql`
      SELECT key, count(*)::int AS count FROM candidate, unnest(facets) key
       WHERE split_part(key, ':', 1) <> ALL (${selected}::text[]) GROUP BY key`,
    Prisma.sql`
      SELECT key, count(*)::int FROM sibling, unnest(facets) key WHERE split_part(key, ':', 1) = facet GROUP BY key`,
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

/** The lowest and highest number of each attribute, whatever it is filtered by itself. */
export const facetRanges = ({ filters }: Asked): Prisma.Sql => {
  const selected = [...filters.facets.keys()];
  return Prisma.sql`
    SELECT jsonb_agg(jsonb_build_object('facet', facet, 'min', min, 'max', max))
      FROM (
        SELECT facet, min(value::numeric), max(value::numeric)
          FROM (SELECT 'attribute.' || code AS facet, value FROM candidate, jsonb_each_text(numbers) AS number (code, value)
                 WHERE 'attribute.' || code <> ALL (${selected}::text[])
                 UNION ALL
                SELECT facet, value FROM sibling, jsonb_each_text(numbers) AS number (code, value)
                 WHERE 'attribute.' || code = facet) number
         GROUP BY facet) range`;
};
