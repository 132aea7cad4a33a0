/** A shop with a tree of categories, typed attributes and a product here and there, for changes of them. */
import { namedId } from '#contracts/ids.ts';
import type { Attribute } from '#subgraphs/product/domain/catalogue/attribute.ts';
import { somebody } from '../user/viewers.ts';
import { aCatalogue, aCategory, aProduct, categoryOf } from './builders.ts';
import { aShop } from './shop.ts';

export const material: Attribute = {
  ...{ id: namedId('Attribute', 'material'), code: 'material', name: { en: 'Material' }, kind: 'CHOICE', unit: null },
  choices: ['wood', 'steel'].map((code) => ({ code, name: { en: code } })),
  ...{ isFilterable: true, position: 0 },
};
const weight: Attribute = {
  ...{ id: namedId('Attribute', 'weight'), code: 'weight', name: { en: 'Weight' }, kind: 'NUMBER', unit: 'g' },
  ...{ choices: [], isFilterable: true, position: 1 },
};

/** What every command of staff has. */
export const byStaff = { by: somebody('STAFF'), idempotencyKey: undefined };
/** A revision that expects nothing and leaves the place. */
export const keep = { expectedVersion: undefined, position: undefined };
export const failure = (kind: string, more: object = {}) => ({ ok: false, failure: { kind, ...more } });

/** a > b > c with a product, d > e with a product, f. */
export const aShelvedShop = async () => {
  const child = (slug: string, parent: string) => aCategory(slug, { parentId: categoryOf(parent) });
  const tree = [aCategory('a'), child('b', 'a'), child('c', 'b'), aCategory('d'), child('e', 'd'), aCategory('f')];
  const products = [
    aProduct('in-c', { categoryId: categoryOf('c'), attributes: { material: 'wood', weight: 100 }, brand: 'Funkel' }),
    aProduct('in-e', { categoryId: categoryOf('e'), attributes: { weight: 900 } }),
  ];
  const shop = await aShop(aCatalogue(products, {}, tree, [material, weight]));
  /** What was published, in order. */
  const events = async (type: string, id?: string) => {
    const rows = await shop.prisma.outboxMessage.findMany({
      where: { type, ...(id && { aggregateId: id }) },
      orderBy: { position: 'asc' },
    });
    return rows.map(({ data }) => data as Record<string, unknown>);
  };
  return {
    ...shop,
    events,
    lastTold: async (slug: string) => (await events('product.changed', aProduct(slug).id)).at(-1),
    move: (slug: string, to: string | null, more: object = {}) =>
      shop.commands.moveCategory({
        ...{ ...byStaff, ...keep, id: categoryOf(slug), parentId: to === null ? null : categoryOf(to) },
        ...more,
      }),
  };
};

export type ShelvedShop = Awaited<ReturnType<typeof aShelvedShop>>;
