/** A shop to browse, asked as the gateway would ask. */
import { namedId } from '#contracts/ids.ts';
import { money } from '#contracts/money.ts';
import { requestContext } from '#platform/graphql/context.ts';
import type { Attribute } from '#subgraphs/product/domain/catalogue/attribute.ts';
import type { ProductOption } from '#subgraphs/product/domain/catalogue/product.ts';
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
const weight: Attribute = {
  id: namedId('Attribute', 'weight'),
  code: 'weight',
  name: { en: 'Weight', ko: '무게' },
  kind: 'NUMBER',
  unit: 'g',
  choices: [],
  isFilterable: false,
  position: 0,
};
const size: ProductOption = {
  code: 'size',
  name: { en: 'Size', ko: '사이즈' },
  values: ['a', 'b'].map((code) => ({ code, name: { en: code.toUpperCase() } })),
};
export const lamps = Array.from({ length: 7 }, (_, n) => {
  // Two of a title: the id decides then.
  const number = Math.floor(n / 2);
  const description = 'It does what it should.';
  return aProduct(`lamp-${n}`, {
    texts: { en: { title: `Lamp ${number}`, description }, ko: { title: `램프 ${number}`, description } },
    attributes: { weight: 240 },
    options: [size],
    variants: [
      aVariant(`LAMP-${n}-A`, { prices: { EUR: 2_000 + n, KRW: 29_000 }, options: { size: 'a' } }),
      aVariant(`LAMP-${n}-B`, { options: { size: 'b' } }),
    ],
  });
});
const others = [
  aProduct('kettle', { categoryId: categoryOf('kitchen') }),
  aProduct('tent', { categoryId: categoryOf('tents') }),
  aProduct('bare', { categoryId: categoryOf('tents'), variants: [] }),
  aProduct('draft', { status: 'DRAFT' }),
  aProduct('archived', { status: 'ARCHIVED' }),
];

export const aBrowsableShop = async () => {
  const shop = await aShop(aCatalogue([...lamps, ...others], { 'LAMP-0-A': 5, 'KETTLE-1': 1 }, tree, [weight]));
  await shop.commands.reserveStock(
    reserve(anAttempt(), [{ sku: 'LAMP-0-A', quantity: 2, unitPrice: money(2_000, 'EUR') }]),
  );
  return { ...shop, ask: asking(schema(), requestContext(shop.app, loaders)) };
};

export type BrowsableShop = Awaited<ReturnType<typeof aBrowsableShop>>;
