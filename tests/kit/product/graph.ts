/** A shop to browse, asked as the gateway would ask. */
import { type GraphQLError, graphql } from 'graphql';
import { money } from '#contracts/money.ts';
import { CallerFault } from '#contracts/result.ts';
import type { Viewer } from '#contracts/viewer.ts';
import { requestContext } from '#platform/graphql/context.ts';
import { loaders } from '#subgraphs/product/graphql/loaders.ts';
import { schema } from '#subgraphs/product/wiring.ts';
import { aCatalogue, aCategory, anAttempt, aProduct, aVariant, categoryOf, reserve } from './builders.ts';
import { aShop } from './shop.ts';

export const below = (slug: string, parent: string, position = 0) =>
  aCategory(slug, { parentId: categoryOf(parent), position });
export const tree = [
  aCategory('outdoor', { position: 1 }),
  aCategory('kitchen', { position: 0 }),
  below('camping', 'outdoor'),
  below('tents', 'camping', 1),
  below('lighting', 'camping', 0),
];
export const lamps = Array.from({ length: 7 }, (_, n) =>
  aProduct(`lamp-${n}`, {
    // Two of a title: the id decides then.
    title: `Lamp ${Math.floor(n / 2)}`,
    variants: [aVariant(`LAMP-${n}-A`, { price: money(2_000 + n, 'EUR') }), aVariant(`LAMP-${n}-B`)],
  }),
);
const others = [
  aProduct('kettle', { categoryId: categoryOf('kitchen') }),
  aProduct('tent', { categoryId: categoryOf('tents') }),
  aProduct('bare', { categoryId: categoryOf('tents'), variants: [] }),
  aProduct('draft', { status: 'DRAFT' }),
  aProduct('archived', { status: 'ARCHIVED' }),
];

const subgraph = schema();
const codeOf = ({ extensions, originalError }: GraphQLError) =>
  originalError instanceof CallerFault ? originalError.code : extensions.code;

export const aBrowsableShop = async () => {
  const shop = await aShop(aCatalogue([...lamps, ...others], { 'LAMP-0-A': 5, 'KETTLE-1': 1 }, tree));
  await shop.commands.reserveStock(
    reserve(anAttempt(), [{ sku: 'LAMP-0-A', quantity: 2, unitPrice: money(2_000, 'EUR') }]),
  );
  return {
    ...shop,
    /** What the gateway would get for this viewer; as JSON, so that it can be compared. */
    ask: async (viewer: Viewer, source: string, variableValues: Record<string, unknown> = {}) => {
      const contextValue = requestContext(shop.app, loaders)(viewer);
      const result = await graphql({ schema: subgraph, source, variableValues, contextValue });
      return JSON.parse(JSON.stringify({ data: result.data, codes: result.errors?.map(codeOf) }));
    },
  };
};

export type BrowsableShop = Awaited<ReturnType<typeof aBrowsableShop>>;
