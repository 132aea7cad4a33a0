/** What a search box offers while somebody types. */
import { parseId } from '#contracts/ids.ts';
import { inLanguage } from '#contracts/language.ts';
import { assertInput } from '#platform/graphql/inputs.ts';
import { facetOf } from '../domain/search/filters.ts';
import { longestQuery } from '../domain/search/query.ts';
import { wordsOf } from '../domain/search/text.ts';
import { languageAsked } from './language.ts';
import type { SuggestionModel } from './models.ts';
import type { QueryResolvers, SuggestionResolvers } from './types.generated.ts';

// 20: more lines than a screen shows below a search box.
const mostSuggestions = 20;
const defaultSuggestions = 10;
// 3 of each, so that products still fit below.
const mostFacets = 3;

export const suggestQueries = {
  suggest: async (_, { prefix, first, ...asked }, { app, loaders }): Promise<SuggestionModel[]> => {
    assertInput(prefix.length <= longestQuery, `"prefix" has at most ${longestQuery} characters.`);
    const limit = first ?? defaultSuggestions;
    assertInput(limit >= 1 && limit <= mostSuggestions, `"first" must be from 1 to ${mostSuggestions}.`);
    const words = wordsOf(prefix);
    const [only = '', ...others] = words;
    if (only === '') return [];
    const language = languageAsked(asked, { app });
    const [{ words: completions, facets }, { hits }] = await Promise.all([
      // Of several words the products that have them say more than what the last one could become.
      loaders.completions({ word: others.length > 0 ? '' : only, text: words.join(' '), limit }),
      loaders.search({
        ...{ query: prefix, sort: 'RELEVANCE', language, currency: app.shop.currency },
        ...{ filters: { facets: new Map(), price: undefined }, withFacets: false, isGlance: true },
        page: { limit, from: undefined, isBackward: false },
      }),
    ]);
    const queries = completions.map((text): SuggestionModel => ({ kind: 'QUERY', text, language }));
    const named = facets.slice(0, mostFacets).map(({ key, label }): SuggestionModel => {
      const text = inLanguage(label, language, app.shop.language);
      const kind = facetOf(key) === 'brand' ? 'BRAND' : 'CATEGORY';
      return { kind, text, language, filter: key };
    });
    const products = hits.map(({ productId }): SuggestionModel => ({ kind: 'PRODUCT', productId, language }));
    const most = Math.max(Math.ceil(limit / 2), limit - named.length - products.length);
    return [...queries.slice(0, most), ...named, ...products].slice(0, limit);
  },
} satisfies Pick<QueryResolvers, 'suggest'>;

export const Suggestion = {
  text: async ({ text, productId, language }, _, { app, loaders }) => {
    if (text !== undefined) return text;
    const product = productId && (await loaders.product.load({ id: productId }));
    return product ? inLanguage(product.texts, language, app.shop.language).title : '';
  },
  filter: ({ filter }) => filter ?? null,
  product: ({ productId }, _, { loaders }) => (productId ? loaders.product.load({ id: productId }) : null),
  category: ({ filter }, _, { loaders }) => {
    const id = filter && parseId('Category', filter.slice(filter.indexOf(':') + 1));
    return id ? loaders.category.load(id) : null;
  },
} satisfies SuggestionResolvers;
