/** A small shop to search in. */
import { namedId } from '#contracts/ids.ts';
import { guest } from '#contracts/viewer.ts';
import { requestContext } from '#platform/graphql/context.ts';
import type { Attribute } from '#subgraphs/product/domain/catalogue/attribute.ts';
import { loaders } from '#subgraphs/product/graphql/loaders.ts';
import { schema } from '#subgraphs/product/wiring.ts';
import { asking } from '../graphql/ask.ts';
import { aCatalogue, aCategory, aProduct, aVariant, categoryOf } from './builders.ts';
import { below } from './graph.ts';
import { aShop } from './shop.ts';

const attribute = (code: string, fields: Partial<Attribute>): Attribute => ({
  ...{ id: namedId('Attribute', code), code, name: { en: code }, unit: null, choices: [], position: 0 },
  ...{ kind: 'CHOICE', isFilterable: true },
  ...fields,
});
const choice = (code: string, ko: string) => ({ code, name: { en: code, ko } });
export const attributes = [
  attribute('colour', { name: { en: 'Colour', ko: '색상' }, choices: [choice('red', '빨강'), choice('blue', '파랑')] }),
  attribute('capacity', { name: { en: 'Capacity' }, kind: 'NUMBER', unit: 'l' }),
  attribute('note', { kind: 'TEXT', isFilterable: false }),
];
export const tree = [
  aCategory('outdoor'),
  below('tents', 'outdoor'),
  below('packs', 'outdoor', 1),
  aCategory('kitchen', { position: 1 }),
];

const goods = (slug: string, en: string, ko: string, category: string, eur: number, fields: object = {}) =>
  aProduct(slug, {
    texts: { en: { title: en, description: 'Made to last.' }, ko: { title: ko, description: '오래 씁니다.' } },
    categoryId: categoryOf(category),
    variants: [aVariant(`${slug.toUpperCase()}-1`, { prices: { EUR: eur, KRW: eur * 15 } })],
    ...fields,
  });
export const products = [
  goods('dome', 'Dome Tent', '돔 텐트', 'tents', 20_000, { brand: 'MSR', attributes: { colour: 'red' } }),
  goods('tunnel', 'Tunnel Tent', '터널 텐트', 'tents', 30_000, { brand: 'Fjäll', attributes: { colour: 'blue' } }),
  goods('ridge', 'Ridge Tent', '능선 텐트', 'tents', 10_000, { brand: 'MSR', attributes: { colour: 'blue' } }),
  goods('pack', 'Day Pack', '데이 팩', 'packs', 8_000, { brand: 'MSR', attributes: { capacity: 22, colour: 'red' } }),
  goods('pan', 'Sauté Pan', '소테 팬', 'kitchen', 5_000, {
    variants: [
      aVariant('PAN-1', { prices: { KRW: 45_000 } }),
      aVariant('PAN-OLD', { isArchived: true, prices: { EUR: 1 } }),
    ],
  }),
  goods('secret', 'Secret Tent', '비밀 텐트', 'tents', 1, { status: 'DRAFT' }),
];

/** A shop with four tents and packs, and a draft. */
export const aSearchableShop = async () => {
  const shop = await aShop(aCatalogue(products, { 'DOME-1': 3, 'PAN-1': 1, 'PACK-1': 2 }, tree, attributes));
  await shop.commands.countWords();
  const ask = asking(schema(), requestContext(shop.app, loaders));
  const search = async (
    args: Record<string, unknown>,
    selection = 'edges { node { slug } } totalCount totalCountIsExact',
  ) => {
    const { data, codes } = await ask(
      guest,
      `query Q($query: String, $filters: [String!], $sort: SearchSort, $language: Language, $currency: Currency,
               $first: Int, $after: String, $last: Int, $before: String) {
         search(query: $query, filters: $filters, sort: $sort, language: $language, currency: $currency,
                first: $first, after: $after, last: $last, before: $before) { ${selection} } }`,
      args,
    );
    return codes ? { codes } : data.search;
  };
  const slugs = async (args: Record<string, unknown>): Promise<string[]> => {
    const answer = await search(args);
    return answer.codes ?? answer.edges.map(({ node }: { node: { slug: string } }) => node.slug);
  };
  return { ...shop, ask, search, slugs };
};
