/** A shop for staff to write products in, as the graph lets them. */
import { randomUUID } from 'node:crypto';
import type { GraphQLUnionType } from 'graphql';
import { ProductChanged } from '#contracts/messages/product.ts';
import type { Viewer } from '#contracts/viewer.ts';
import { requestContext } from '#platform/graphql/context.ts';
import type { Attribute } from '#subgraphs/product/domain/catalogue/attribute.ts';
import { loaders } from '#subgraphs/product/graphql/loaders.ts';
import { schema } from '#subgraphs/product/wiring.ts';
import { asking } from '../graphql/ask.ts';
import { somebody } from '../user/viewers.ts';
import { aCatalogue, aProduct, categoryOf } from './builders.ts';
import { aShop } from './shop.ts';

const built = schema();
export const staff = somebody('STAFF');

const attribute = (code: string, kind: Attribute['kind'], more: Partial<Attribute> = {}) => ({
  ...aCatalogue().attributes[0],
  ...{ id: `atr_${code.padEnd(32, '0').replaceAll(/[^0-9a-f]/g, '0')}` as Attribute['id'], code, kind },
  ...{ name: { en: code }, unit: null, choices: [], isFilterable: false, position: 0 },
  ...more,
});

interface Sent {
  readonly key?: string;
  readonly viewer?: Viewer;
}

const typeOf = (mutation: string) => `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}`;
const membersOf = (mutation: string) => (built.getType(`${typeOf(mutation)}Payload`) as GraphQLUnionType).getTypes();

const shownProduct = `id slug status version title titleKo: title(language: KO) seoTitle languages brand taxClass publishAt
  category { slug } attributes { code value } options { code values { code } } priceFrom { amount }
  archivedVariants { id }
  scheduledPrices { id price { amount currency } startsAt }
  variants { id sku title options { code valueCode } prices { amount currency } weightGrams requiresShipping }`;

/** Selects every failure that the mutation may answer with, and the product on success. */
const mutationOf = (name: string): string => {
  const fragments = membersOf(name)
    .filter((member) => !member.name.endsWith('Success'))
    .map((member) => {
      const fields = Object.keys(member.getFields());
      return `... on ${member.name} { ${fields.map((field) => (field === 'faults' ? 'faults { path message }' : field)).join(' ')} }`;
    });
  return `mutation ($key: String, $input: ${typeOf(name)}Input!) { it: ${name}(idempotencyKey: $key, input: $input) {
    __typename ${fragments.join(' ')} ... on ${typeOf(name)}Success { product { ${shownProduct} } } } }`;
};

let made = 0;
export const text = (title: string, more = {}) => ({ language: 'EN', title, ...more });
export const named = (name: string) => [{ language: 'EN', text: name }];
export const eur = (amount: number) => ({ amount, currency: 'EUR' });
export const aVariantInput = (more = {}) => ({
  ...{ sku: `SKU-${++made}`, title: named('One'), prices: [eur(1_000), { amount: 15_000, currency: 'KRW' }] },
  ...more,
});
export const input = (more = {}) => ({
  ...{ texts: [text(`Thing ${++made}`)], categoryId: categoryOf('lighting'), variants: [aVariantInput()] },
  ...more,
});

/** With an attribute of each kind that has bounds of its own, and a kettle. */
export const aShopToWriteIn = async () => {
  const attributes = [
    attribute('weight', 'NUMBER', { unit: 'g' }),
    attribute('fabric', 'CHOICE', { position: 1, choices: [{ code: 'wool', name: { en: 'Wool' } }] }),
  ];
  const shop = await aShop({ ...aCatalogue([aProduct('kettle')]), attributes });
  const ask = asking(built, requestContext(shop.app, loaders));

  /** The mutation's payload, or the code of its error. */
  const mutate = async (name: string, input: object, { key = randomUUID(), viewer = staff }: Sent = {}) => {
    const { data, codes } = await ask(viewer, mutationOf(name), { key, input });
    return data?.it ?? codes?.[0];
  };
  const create = async (more = {}) => (await mutate('createProduct', input(more))).product;
  return {
    shop,
    ask,
    mutate,
    create,
    published: async (more = {}) => {
      const { id } = await create(more);
      return (await mutate('publishProduct', { productId: id })).product;
    },
    product: async (id: string, viewer: Viewer = staff) =>
      (await ask(viewer, `{ product(id: "${id}") { ${viewer === staff ? shownProduct : 'title'} } }`)).data.product,
    /** What others were told of it, the newest last. */
    announced: async (id: string) => {
      const rows = await shop.prisma.outboxMessage.findMany({
        where: { type: ProductChanged.type, aggregateId: id },
        orderBy: { sequence: 'asc' },
      });
      return rows.map(({ data }) => ProductChanged.data.parse(data));
    },
    audited: async (action: string, id: string) =>
      shop.prisma.outboxMessage.count({
        where: {
          type: 'staff.acted',
          AND: [{ data: { path: ['action'], equals: action } }, { data: { path: ['subject', 'id'], equals: id } }],
        },
      }),
  };
};
