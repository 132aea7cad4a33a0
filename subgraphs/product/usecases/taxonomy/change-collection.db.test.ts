/** Staff change attributes and collections, also at the same time as products are written. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type CollectionId, newId } from '#contracts/ids.ts';
import { guest } from '#contracts/viewer.ts';
import { aCatalogue, aProduct, aVariant, categoryOf } from '#kit/product/builders.ts';
import { aShelvedShop, byStaff, failure, keep, material, type ShelvedShop } from '#kit/product/taxonomy.ts';
import type { Attribute } from '../../domain/catalogue/attribute.ts';
import type { Rule } from '../../domain/catalogue/collection-rule.ts';

let shop: ShelvedShop;
const events: ShelvedShop['events'] = (...which) => shop.events(...which);
const lastTold: ShelvedShop['lastTold'] = (slug) => shop.lastTold(slug);
const move: ShelvedShop['move'] = (...move) => shop.move(...move);

beforeAll(async () => {
  shop = await aShelvedShop();
});

describe('an attribute', () => {
  const define = (form: object) =>
    shop.commands.defineAttribute({
      ...{ ...byStaff, code: 'size', name: { en: 'Size' }, kind: 'CHOICE', unit: null, isFilterable: true },
      ...{ choices: [{ code: 's', name: { en: 'S' } }], position: undefined },
      ...form,
    });
  const revise = (attribute: Attribute, revision: object) =>
    shop.commands.reviseAttribute({ ...byStaff, ...keep, id: attribute.id, ...revision });

  it('is defined once per code', async () => {
    const defined = await Promise.all([define({}), define({}), define({})]);
    expect(defined.filter(({ ok }) => ok)).toHaveLength(1);
    expect(defined.find(({ ok }) => !ok)).toMatchObject(failure('CodeTaken', { code: 'size' }));
    expect(await events('attribute.changed')).toMatchObject([
      { code: 'material', version: 1 },
      { code: 'weight' },
      { code: 'size', kind: 'CHOICE', choices: [{ code: 's', names: { en: 'S' } }], version: 1 },
    ]);
  });

  it.each<[string, object, string]>([
    ['a CHOICE without choices', { choices: [] }, 'choices'],
    ['a choice twice', { choices: ['s', 's'].map((code) => ({ code, name: { en: 'S' } })) }, 'choices'],
    ['a text with choices', { kind: 'TEXT' }, 'choices'],
    ['a text with a unit', { kind: 'TEXT', choices: [], unit: 'g' }, 'unit'],
    ['a code with blanks', { code: 'a b' }, 'code'],
    ['no name', { name: {} }, 'name'],
  ])('is none with %s', async (_, form, path) => {
    expect(await define({ code: 'other', ...form })).toMatchObject(
      failure('InvalidAttribute', { faults: [expect.objectContaining({ path })] }),
    );
  });

  it('keeps its kind and the choices that products have; another choice may go', async () => {
    expect(await revise(material, { kind: 'TEXT', choices: [] })).toMatchObject(failure('AttributeInUse'));
    const steel = [{ code: 'steel', name: { en: 'Steel' } }];
    expect(await revise(material, { choices: steel })).toMatchObject(failure('ChoiceInUse', { codes: ['wood'] }));
    const wood = [{ code: 'wood', name: { en: 'Oak' } }];
    expect(await revise(material, { choices: wood, expectedVersion: 1 })).toMatchObject({ ok: true });
    expect(await revise(material, { expectedVersion: 1 })).toMatchObject(failure('VersionConflict'));
    expect(await revise(material, { name: { ko: '재료' } })).toMatchObject({ ok: true });
    expect((await events('attribute.changed', material.id)).at(-1)).toMatchObject({
      ...{ names: { en: 'Material', ko: '재료' }, version: 3, choices: [{ code: 'wood', names: { en: 'Oak' } }] },
    });
    await expect(revise({ ...material, id: newId('Attribute') }, {})).rejects.toThrow('no such attribute');
  });

  it('loses no choice to a product that gets it in the same moment', async () => {
    for (let n = 0; n < 6; n++) {
      const choices = (...codes: string[]) => codes.map((code) => ({ code, name: { en: code } }));
      await revise(material, { choices: choices('wood', `new-${n}`) });
      const product = aProduct(`made-of-${n}`, { categoryId: categoryOf('e'), attributes: { material: `new-${n}` } });
      const [, revised] = await Promise.allSettled([
        shop.commands.importCatalogue(aCatalogue([product], {}, [])),
        revise(material, { choices: choices('wood') }),
      ]);
      const hasIt = (await shop.prisma.product.count({ where: { slug: product.slug } })) === 1;
      expect(revised.status === 'fulfilled' && revised.value.ok).toBe(!hasIt);
      if (hasIt) await shop.prisma.product.update({ where: { id: product.id }, data: { attributes: {} } });
    }
  });
});

describe('a collection', () => {
  const collection = async (slug: string, conditions: object[], form: object = {}) =>
    shop.commands.createCollection({
      ...{ ...byStaff, slug, texts: { en: { name: slug } }, rule: { match: 'ALL', conditions }, isPublished: true },
      ...{ position: undefined, ...form },
    });
  const idOf = async (made: ReturnType<typeof collection>): Promise<CollectionId> => {
    const result = await made;
    return result.ok ? result.value : newId('Collection');
  };
  const revise = (id: CollectionId, revision: object) =>
    shop.commands.reviseCollection({ ...byStaff, ...keep, id, ...revision });
  const members = async (collectionId: CollectionId) => {
    const rows = await shop.prisma.collectionProduct.findMany({
      ...{ where: { collectionId }, include: { product: true }, orderBy: { title: 'asc' } },
    });
    return rows.map(({ product }) => product.slug);
  };
  const light = { by: 'ATTRIBUTE_RANGE', code: 'weight', max: 500 };

  it('has the products that its rule selects, and order hears of each that comes and goes', async () => {
    const id = await idOf(collection('light', [light]));
    expect(await members(id)).toEqual([]);
    await shop.commands.refreshProducts();
    expect(await members(id)).toEqual(['in-c']);
    expect(await lastTold('in-c')).toMatchObject({ collectionIds: [id] });
    const told = async () => (await events('product.changed', aProduct('in-e').id)).map((one) => one.collectionIds);
    expect((await told()).at(-1)).toEqual([]);
    const feather = aProduct('in-e', { categoryId: categoryOf('e'), attributes: { weight: 5 } });
    await shop.commands.importCatalogue(aCatalogue([feather], {}, []));
    expect(await members(id)).toEqual(['in-c', 'in-e']);
    await shop.commands.importCatalogue(aCatalogue([{ ...feather, attributes: { weight: 900 } }], {}, []));
    expect(await members(id)).toEqual(['in-c']);
    expect((await told()).slice(-2)).toEqual([[id], []]);
    await revise(id, { rule: { match: 'ALL', conditions: [{ ...light, max: undefined, min: 500 }] } });
    await shop.commands.refreshProducts();
    expect(await members(id)).toEqual(['in-e']);
    expect(await lastTold('in-c')).toMatchObject({ collectionIds: [] });
    await shop.commands.removeCollection({ ...byStaff, id, expectedVersion: undefined });
    await shop.commands.refreshProducts();
    expect((await told()).at(-1)).toEqual([]);
    expect(await events('collection.removed')).toEqual([{ collectionId: id }]);
  });

  it('follows a category that moves', async () => {
    await move('b', 'a');
    const id = await idOf(collection('below-a', [{ by: 'CATEGORY', categoryId: categoryOf('a') }]));
    await shop.commands.refreshProducts();
    expect(await members(id)).toContain('in-c');
    await move('b', null);
    await shop.commands.refreshProducts();
    expect(await members(id)).toEqual([]);
    await move('b', 'a');
  });

  it('is refused with what is wrong with its rule, and writes nothing', async () => {
    const conditions = [
      { by: 'CATEGORY', categoryId: newId('Category') },
      { by: 'ATTRIBUTE', code: 'smell', values: ['x'] },
      { ...light, min: 600 },
      { by: 'PRODUCTS', productIds: [newId('Product')] },
    ];
    const paths = conditions.map((_, n) => expect.objectContaining({ path: `rule.conditions.${n}` }));
    expect(await collection('broken', conditions)).toMatchObject(failure('InvalidCollection', { faults: paths }));
    const tooMany = Array.from({ length: 10_000 }, () => light);
    expect(await collection('broken', tooMany)).toMatchObject(
      failure('InvalidCollection', { faults: [expect.objectContaining({ path: 'rule.conditions' })] }),
    );
    expect(await collection('broken', [{ by: 'PRICE', currency: 'XXX', min: 1 }])).toMatchObject(
      failure('InvalidCollection', { faults: [expect.objectContaining({ path: 'rule.conditions.0.currency' })] }),
    );
    expect(await shop.prisma.collection.count({ where: { slug: 'broken' } })).toBe(0);
  });

  it('is of one slug when two want it at once, and keeps the old one', async () => {
    const made = await Promise.all([1, 2, 3].map(() => collection('contested', [light])));
    expect(made.map((one) => (one.ok ? 'ok' : one.failure.kind)).sort()).toEqual(['SlugTaken', 'SlugTaken', 'ok']);
    const [id] = made.flatMap((one) => (one.ok ? [one.value] : []));
    await revise(id ?? newId('Collection'), { slug: 'uncontested', expectedVersion: 1 });
    expect(await collection('contested', [light])).toMatchObject(failure('SlugTaken'));
    expect(await revise(id ?? newId('Collection'), { expectedVersion: 1 })).toMatchObject(failure('VersionConflict'));
  });

  it('is right after its rule changed while products were written, with two processes refreshing', async () => {
    const id = await idOf(collection('brand', [{ by: 'BRAND', brands: ['One'] }]));
    const rule = (brand: string): Rule => ({ match: 'ALL', conditions: [{ by: 'BRAND', brands: [brand] }] });
    const write = (n: number) =>
      shop.commands.importCatalogue(
        aCatalogue([aProduct(`b${n}`, { categoryId: categoryOf('e'), brand: n % 2 ? 'One' : 'Two' })], {}, []),
      );
    for (const brand of ['Two', 'One', 'Two']) {
      const numbers = Array.from({ length: 6 }, (_, n) => n + (brand === 'Two' ? 0 : 6));
      await Promise.all([
        ...numbers.map(write),
        revise(id, { rule: rule(brand) }),
        ...[1, 2].map(() => shop.commands.refreshProducts()),
      ]);
      await Promise.all([1, 2].map(() => shop.commands.refreshProducts()));
      const expected = await shop.prisma.product.findMany({ where: { brand }, orderBy: { title: 'asc' } });
      expect(await members(id)).toEqual(expected.map(({ slug }) => slug));
    }
    expect(await shop.prisma.productRefresh.count()).toBe(0);
  });

  it('is made by staff, and has the products of which a variant has such a price', async () => {
    const id = await idOf(collection('cheap', [{ by: 'PRICE', currency: 'KRW', max: 10_000 }]));
    const variants = [
      aVariant('CHEAP-1', { prices: { KRW: 9_000 } }),
      aVariant('CHEAP-2', { prices: { KRW: 90_000 } }),
    ];
    await shop.commands.importCatalogue(
      aCatalogue([aProduct('bargain', { categoryId: categoryOf('e'), variants })], {}, []),
    );
    expect(await members(id)).toEqual(['bargain']);
    await expect(collection('theirs', [light], { by: guest })).rejects.toThrow('needs the permission');
  });
});
