import { createHash } from 'node:crypto';
import { type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';
import { parseId } from '#contracts/ids.ts';
import { inLanguage, type Language, type Localized } from '#contracts/language.ts';
import { notACursor, parseTwoWayPage, twoWayConnection } from '#platform/graphql/connection.ts';
import { assertInput } from '#platform/graphql/inputs.ts';
import { shownRange } from '../domain/catalogue/attribute.ts';
import {
  attributeIn,
  type Filters,
  facetKey,
  facetOf,
  isWrittenAsNumber,
  numberFilter,
  numberRangeIn,
  parseFilters,
} from '../domain/search/filters.ts';
import { longestQuery } from '../domain/search/query.ts';
import type { FacetCount, SearchKey, SearchRequest, SearchSort } from '../usecases/search/ports.ts';
import { languageAsked } from './language.ts';
import type { GraphqlContext } from './loaders.ts';
import type { FacetModel, SearchModel } from './models.ts';
import type {
  FacetResolvers,
  FilterValueResolvers,
  QueryResolvers,
  QuerySearchArgs,
  SearchConnectionResolvers,
} from './types.generated.ts';

/** Whether a field is asked for anywhere below: facets cost as much as everything else together. */
const asksFor = ({ fragments }: GraphQLResolveInfo, selections: SelectionSetNode | undefined, name: string): boolean =>
  (selections?.selections ?? []).some((selection) => {
    if (selection.kind === Kind.FIELD) return selection.name.value === name;
    if (selection.kind === Kind.INLINE_FRAGMENT)
      return asksFor({ fragments } as GraphQLResolveInfo, selection.selectionSet, name);
    return asksFor({ fragments } as GraphQLResolveInfo, fragments[selection.name.value]?.selectionSet, name);
  });

/** Categories may be named by their slugs as well, also by those of the past: links to a filtered list lead on. */
const withCategoryIds = async ({ facets, price }: Filters, { app, loaders }: GraphqlContext): Promise<Filters> => {
  const slugs = (facets.get('category') ?? [])
    .map((key) => key.slice('category:'.length))
    .filter((value) => !parseId('Category', value));
  if (slugs.length === 0) return { facets, price };
  const ids = await app.browsingReads.categoriesBySlug(slugs);
  const former = await Promise.all(
    slugs
      .filter((slug) => !ids.has(slug))
      .map(async (slug) => [slug, await loaders.formerOwner.load({ kind: 'CATEGORY', slug })] as const),
  );
  const formerIds = new Map(former);
  const named = (key: string) => {
    const slug = key.slice('category:'.length);
    const id = ids.get(slug) ?? parseId('Category', formerIds.get(slug) ?? '');
    return id ? facetKey.category(id) : key;
  };
  return {
    facets: new Map([...facets].map(([facet, keys]) => [facet, facet === 'category' ? keys.map(named) : keys])),
    price,
  };
};

/** Filters of attributes that are numbers, which only the attribute says: a text may look like one, and like a range. */
const withNumbers = async ({ facets, price }: Filters, { loaders }: GraphqlContext): Promise<Filters> => {
  const asNumber = async (key: string) => {
    const attribute = isWrittenAsNumber(key) ? await loaders.attribute.load(attributeIn(key) ?? '') : undefined;
    return attribute?.kind === 'NUMBER' ? numberFilter(key) : key;
  };
  const read = [...facets].map(
    async ([facet, keys]) => [facet, [...new Set(await Promise.all(keys.map(asNumber)))]] as const,
  );
  return { facets: new Map(await Promise.all(read)), price };
};

const sortNeeds: Readonly<Record<SearchSort, RegExp>> = {
  RELEVANCE: /^-?\d{1,9}$/,
  BEST_SELLING: /^-?\d{1,9}$/,
  PRICE_ASCENDING: /^-?\d{1,10}$/,
  PRICE_DESCENDING: /^-?\d{1,10}$/,
  NEWEST: /^-?\d{1,14}$/,
  TITLE: /^/,
};

/** A cursor says where in one order of one result it is: in another it would point anywhere. */
const fingerprintOf = ({
  query,
  filters,
  sort,
  language,
  currency,
}: Omit<SearchRequest, 'page' | 'withFacets'>): string =>
  createHash('sha256')
    .update(JSON.stringify([query, [...filters.facets], filters.price, sort, language, currency]))
    .digest('base64url')
    .slice(0, 8);

const keyOf = (fingerprint: string, sort: SearchSort, parts: readonly string[]): SearchKey => {
  const [of, value = '', id = ''] = parts;
  const isNumberInRange = sort === 'TITLE' || sort === 'NEWEST' || Math.abs(Number(value)) <= 2_147_483_647;
  if (of !== fingerprint || !sortNeeds[sort].test(value) || !isNumberInRange || !parseId('Product', id))
    throw notACursor();
  return [value, id];
};

const requestOf = async (args: Partial<QuerySearchArgs>, context: GraphqlContext) => {
  const query = args.query ?? '';
  assertInput(query.length <= longestQuery, `"query" has at most ${longestQuery} characters.`);
  const filters = await withNumbers(await withCategoryIds(parseFilters(args.filters ?? []), context), context);
  const { shop } = context.app;
  const asked = args.sort ?? 'RELEVANCE';
  return {
    query,
    filters,
    // Without words nothing is more relevant than something else.
    sort: query.trim() === '' && asked === 'RELEVANCE' ? ('BEST_SELLING' as const) : asked,
    language: languageAsked(args, context),
    currency: args.currency ?? shop.currency,
  };
};

export const searchQueries = {
  search: async (_, args, context, info): Promise<SearchModel> => {
    const asked = await requestOf(args, context);
    const fingerprint = fingerprintOf(asked);
    const page = parseTwoWayPage(args, 3);
    const from = page.from && keyOf(fingerprint, asked.sort, page.from);
    const withFacets = info.fieldNodes.some(({ selectionSet }) => asksFor(info, selectionSet, 'facets'));
    const result = await context.loaders.search({ ...asked, page: { ...page, from }, withFacets });
    const hits = twoWayConnection(result.hits, page, ({ key }) => [fingerprint, ...key]);
    const nodes = await Promise.all(hits.edges.map(({ node }) => context.loaders.product.load({ id: node.productId })));
    return {
      // One that was taken from sale a moment ago is left out: its place is gone as well.
      edges: hits.edges.flatMap(({ cursor }, at) => (nodes[at] ? [{ cursor, node: nodes[at] }] : [])),
      pageInfo: hits.pageInfo,
      ...{ result, filters: asked.filters, language: asked.language },
    };
  },
} satisfies Pick<QueryResolvers, 'search'>;

// In this order; attributes and options follow by how many products have them.
const firstFacets = ['category', 'collection', 'brand', 'stock'];

export const SearchConnection = {
  totalCount: ({ result }) => result.total,
  totalCountIsExact: ({ result }) => result.isExact,
  facets: ({ result, filters, language }, _, context): FacetModel[] => {
    // Those of one count as people look for them: 9 before 10, and a before B.
    const { compare } = new Intl.Collator(language, { numeric: true });
    const labelOf = (value: FacetCount) => labelled(value.label, codeIn(value.key), language, context);
    const byFacet = [...Map.groupBy(result.facets, ({ key }) => facetOf(key))];
    const place = (code: string) => (firstFacets.includes(code) ? firstFacets.indexOf(code) : firstFacets.length);
    return byFacet
      .map(([code, values]) => ({
        ...{ code, language },
        names: values.find(({ facetLabel }) => facetLabel)?.facetLabel ?? {},
        isExact: result.isExact && !result.sampledFacets.includes(code),
        range: result.ranges.find(({ facet }) => facet === code),
        values: values
          .toSorted((a, b) => b.count - a.count || compare(labelOf(a), labelOf(b)))
          .map((value) => ({
            ...value,
            language,
            isSelected: filters.facets.get(code)?.includes(value.key) ?? false,
          })),
      }))
      .sort((a, b) => place(a.code) - place(b.code));
  },
} satisfies SearchConnectionResolvers;

const codeIn = (key: string): string => key.slice(facetOf(key).length + 1);

/** What nothing in the shop has ever been called is called by its code. */
const labelled = (names: Localized | null, code: string, language: Language, { app }: GraphqlContext) =>
  names && Object.keys(names).length > 0 ? inLanguage(names, language, app.shop.language) : code;

export const Facet = {
  label: ({ names, code, language }, _, context) => labelled(names, code, language, context),
  range: ({ range }) => (range ? { min: String(range.min), max: String(range.max) } : null),
} satisfies FacetResolvers;

export const FilterValue = {
  label: async ({ label, key, language }, _, context) => {
    const range = numberRangeIn(key);
    const attribute = range && !label ? await context.loaders.attribute.load(range.code) : undefined;
    return range && attribute ? shownRange(attribute, range) : labelled(label, codeIn(key), language, context);
  },
  input: ({ key }) => key,
} satisfies FilterValueResolvers;
