/** What staff say about queries. */
import { CallerFault } from '#contracts/result.ts';
import { connection, notACursor, parsePage } from '#platform/graphql/connection.ts';
import { requireId } from '#platform/graphql/inputs.ts';
import { payload } from '#platform/graphql/payload.ts';
import { type SynonymsId, synonymsIds } from '../domain/search/rules.ts';
import type { MutationResolvers, QueryResolvers, SearchPinResolvers } from './types.generated.ts';

const synonymsId = (given: string): SynonymsId => {
  const id = synonymsIds.parse(given);
  if (!id) throw new CallerFault('NOT_FOUND', 'There are no such synonyms.');
  return id;
};

export const searchRuleQueries = {
  searchSynonyms: async (_, args, { app }) => {
    const page = parsePage(args);
    const after = page.after && synonymsIds.parse(page.after[0] ?? '');
    if (page.after && !after) throw notACursor();
    return connection(await app.reads.synonyms({ limit: page.limit, after }), page, ({ id }) => [id]);
  },
  searchPins: async (_, args, { app }) => {
    const page = parsePage(args);
    return connection(await app.reads.pins({ limit: page.limit, after: page.after?.[0] }), page, ({ key }) => [key]);
  },
} satisfies QueryResolvers;

export const searchRuleMutations = {
  saveSynonyms: async (_, { idempotencyKey, input: { id, phrases, isOneWay } }, { app, viewer: by }) =>
    payload(
      await app.commands.saveSynonyms({
        ...{ by, idempotencyKey: idempotencyKey ?? undefined, isOneWay: isOneWay ?? false },
        id: id == null ? undefined : synonymsId(id),
        phrases: [...phrases],
      }),
      (synonyms) => ({ __typename: 'SaveSynonymsSuccess', synonyms }),
    ),
  removeSynonyms: async (_, { idempotencyKey, input }, { app, viewer: by }) =>
    payload(
      await app.commands.removeSynonyms({ by, idempotencyKey: idempotencyKey ?? undefined, id: synonymsId(input.id) }),
      (id) => ({ __typename: 'RemoveSynonymsSuccess', id }),
    ),
  pinSearchResults: async (_, { idempotencyKey, input: { query, productIds } }, { app, viewer: by }) =>
    payload(
      await app.commands.pinSearchResults({
        ...{ by, idempotencyKey: idempotencyKey ?? undefined, query },
        productIds: productIds.map((id) => requireId('Product', id)),
      }),
      (pin) => ({ __typename: 'PinSearchResultsSuccess', pin }),
    ),
} satisfies MutationResolvers;

export const SearchPin = {
  products: async ({ productIds }, _, { loaders }) => {
    const products = await Promise.all(productIds.map((id) => loaders.product.load({ id })));
    return products.filter((product) => product !== null);
  },
} satisfies SearchPinResolvers;
