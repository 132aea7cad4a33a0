/** A shop to browse, asked as the gateway would ask. */
import { money } from '#contracts/money.ts';
import { requestContext } from '#platform/graphql/context.ts';
import { loaders } from '#subgraphs/product/graphql/loaders.ts';
import { schema } from '#subgraphs/product/wiring.ts';
import { asking } from '../graphql/ask.ts';
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

export const aBrowsableShop = async () => {
  const shop = await aShop(aCatalogue([...lamps, ...others], { 'LAMP-0-A': 5, 'KETTLE-1': 1 }, tree));
  await shop.commands.reserveStock(
    reserve(anAttempt(), [{ sku: 'LAMP-0-A', quantity: 2, unitPrice: money(2_000, 'EUR') }]),
  );
  return { ...shop, ask: asking(schema(), requestContext(shop.app, loaders)) };
};

export type BrowsableShop = Awaited<ReturnType<typeof aBrowsableShop>>;
