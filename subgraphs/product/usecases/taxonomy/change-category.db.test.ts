/** Staff change the category tree, also at the same time as each other and as products are written. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type CategoryId, newId } from '#contracts/ids.ts';
import { guest } from '#contracts/viewer.ts';
import { aCatalogue, aProduct, categoryOf } from '#kit/product/builders.ts';
import { aShelvedShop, byStaff, failure, keep, type ShelvedShop } from '#kit/product/taxonomy.ts';

let shop: ShelvedShop;
const events: ShelvedShop['events'] = (...which) => shop.events(...which);
const lastTold: ShelvedShop['lastTold'] = (slug) => shop.lastTold(slug);
const move: ShelvedShop['move'] = (...move) => shop.move(...move);

beforeAll(async () => {
  shop = await aShelvedShop();
});

const parents = async () => {
  const rows = await shop.prisma.category.findMany({ include: { parent: true }, orderBy: { slug: 'asc' } });
  return Object.fromEntries(rows.map(({ slug, parent, depth }) => [slug, `${parent?.slug ?? ''}${depth}`]));
};
const category = async (slug: string, fields: object = {}) =>
  shop.commands.createCategory({
    ...{ ...byStaff, slug, texts: { en: { name: slug } }, parentId: null, position: undefined },
    ...fields,
  });

describe('a category', () => {
  it('is created last among its siblings, once per idempotency key, with an audit row and its event', async () => {
    const form = {
      ...byStaff,
      idempotencyKey: 'k',
      slug: 'new',
      texts: { en: { name: 'New' } },
      parentId: categoryOf('f'),
    };
    const create = () => shop.commands.createCategory({ ...form, position: undefined });
    const first = await create();
    expect(await create()).toEqual(first);
    expect(await shop.commands.createCategory({ ...form, position: 3 })).toMatchObject(failure('IdempotencyConflict'));
    const id = first.ok ? first.value : '';
    expect(await events('category.changed', id)).toEqual([
      {
        ...{ categoryId: id, slug: 'new', names: { en: 'New' }, parentId: categoryOf('f'), version: 1, position: 0 },
        ancestorIds: [categoryOf('f')],
      },
    ]);
    expect(await events('staff.acted')).toMatchObject([
      { action: 'createCategory', subject: { type: 'Category', id } },
    ]);
    const second = await category('newer', { parentId: categoryOf('f') });
    expect(await events('category.changed', second.ok ? second.value : '')).toMatchObject([{ position: 1 }]);
  });

  it('is refused with what is wrong by field, and writes nothing', async () => {
    const texts = { en: { name: '', seoTitle: 'a\nb' }, ko: {} };
    expect(await category('Not A Slug', { texts, position: -1 })).toMatchObject(
      failure('InvalidCategory', {
        faults: ['slug', 'texts.en.name', 'texts.en.seoTitle', 'texts.ko.name', 'position'].map((path) => ({ path })),
      }),
    );
    expect(await category('no-language', { texts: {} })).toMatchObject(failure('InvalidCategory'));
    expect(await category('a')).toMatchObject(failure('SlugTaken', { slug: 'a' }));
    expect(await category('deep', { parentId: categoryOf('c') })).toMatchObject(failure('CategoryTooDeep'));
    await expect(category('orphan', { parentId: newId('Category') })).rejects.toThrow('no such parent');
    await expect(category('stranger', { by: guest })).rejects.toThrow('needs the permission');
    expect(await shop.prisma.category.count({ where: { slug: { in: ['deep', 'orphan', 'stranger'] } } })).toBe(0);
  });

  it('is revised by language, of the version that was seen; its old slug goes on to be its own', async () => {
    const id = categoryOf('f');
    const revise = (revision: object) =>
      shop.commands.reviseCategory({
        ...byStaff,
        id,
        expectedVersion: undefined,
        slug: undefined,
        texts: {},
        ...revision,
      });
    expect(await revise({ expectedVersion: 1, slug: 'ff', texts: { ko: { name: '에프' } } })).toMatchObject({
      ok: true,
    });
    expect(await events('category.changed', id)).toMatchObject([
      { slug: 'f', version: 1 },
      { slug: 'ff', names: { en: 'f', ko: '에프' }, version: 2 },
    ]);
    expect(await revise({ expectedVersion: 1 })).toMatchObject(failure('VersionConflict', { currentVersion: 2 }));
    expect(await revise({ expectedVersion: 2, slug: 'ff' })).toMatchObject({ ok: true });
    expect(await events('category.changed', id)).toHaveLength(2);
    expect(await category('f')).toMatchObject(failure('SlugTaken'));
    await expect(revise({ id: newId('Category') })).rejects.toThrow('no such category');
  });

  it('is removed when it is empty, and its slugs are free again', async () => {
    const made = await category('short-lived');
    const id = made.ok ? made.value : newId('Category');
    await shop.commands.reviseCategory({ ...byStaff, ...keep, id, slug: 'shorter-lived', texts: {} });
    const remove = (category: CategoryId) =>
      shop.commands.removeCategory({ ...byStaff, id: category, expectedVersion: undefined });
    expect(await remove(categoryOf('c'))).toMatchObject(failure('CategoryNotEmpty', { categories: 0, products: 1 }));
    expect(await remove(categoryOf('a'))).toMatchObject(failure('CategoryNotEmpty', { categories: 1, products: 0 }));
    expect(await remove(id)).toEqual({ ok: true, value: id });
    expect(await events('category.removed')).toEqual([{ categoryId: id }]);
    await expect(remove(id)).rejects.toThrow('no such category');
    await expect(move('a', null, { id })).rejects.toThrow('no such category');
    await expect(move('a', null, { parentId: id })).rejects.toThrow('no such parent');
    expect(await category('short-lived')).toMatchObject({ ok: true });
  });

  it('is not removed while a product comes into it: one of both is refused', async () => {
    for (let n = 0; n < 5; n++) {
      const made = await category(`contested-${n}`);
      const id = made.ok ? made.value : newId('Category');
      const product = aProduct(`newcomer-${n}`, { categoryId: id });
      const [, removed] = await Promise.allSettled([
        shop.commands.importCatalogue(aCatalogue([product], {}, [])),
        shop.commands.removeCategory({ ...byStaff, id, expectedVersion: undefined }),
      ]);
      const isThere = (await shop.prisma.product.count({ where: { slug: product.slug } })) === 1;
      expect(removed.status === 'fulfilled' && removed.value.ok).toBe(!isThere);
    }
  });
});

describe('a category that moves', () => {
  it('takes what is below it along to its level, and its products are published with their new ancestors', async () => {
    expect(await move('b', null)).toMatchObject({ ok: true });
    expect(await parents()).toMatchObject({ a: '1', b: '1', c: 'b2' });
    await shop.commands.refreshProducts();
    expect(await lastTold('in-c')).toMatchObject({ categoryIds: ['b', 'c'].map(categoryOf) });
    expect((await events('category.changed', categoryOf('c'))).at(-1)).toMatchObject({
      ancestorIds: [categoryOf('b')],
    });
    expect(await move('b', 'a')).toMatchObject({ ok: true });
    await shop.commands.refreshProducts();
    expect(await lastTold('in-c')).toMatchObject({ categoryIds: ['a', 'b', 'c'].map(categoryOf) });
    expect(await lastTold('in-e')).toMatchObject({ categoryIds: ['d', 'e'].map(categoryOf) });
    expect(await events('product.changed', aProduct('in-e').id)).toHaveLength(1);
  });

  it('does not go below itself, below its child or to a fourth level', async () => {
    expect(await move('a', 'a')).toMatchObject(failure('CategoryCycle'));
    expect(await move('a', 'c')).toMatchObject(failure('CategoryCycle'));
    expect(await move('d', 'b')).toMatchObject(failure('CategoryTooDeep', { levels: 3 }));
    expect(await move('d', 'a', { position: 10_001 })).toMatchObject(failure('InvalidCategory'));
    expect(await move('d', 'a', { expectedVersion: 9 })).toMatchObject(failure('VersionConflict'));
    expect(await parents()).toMatchObject({ a: '1', b: 'a2', c: 'b3', d: '1', e: 'd2' });
  });

  it('makes no cycle with another one that moves at the same moment', async () => {
    for (let n = 0; n < 10; n++) {
      await Promise.all([`x${n}`, `y${n}`].map((slug) => category(slug)));
      const rows = await shop.prisma.category.findMany({ where: { slug: { in: [`x${n}`, `y${n}`] } } });
      const [x, y] = rows.map(({ id }) => id as CategoryId);
      const moves = await Promise.all([
        shop.commands.moveCategory({ ...byStaff, ...keep, id: x ?? categoryOf('a'), parentId: y ?? null }),
        shop.commands.moveCategory({ ...byStaff, ...keep, id: y ?? categoryOf('a'), parentId: x ?? null }),
      ]);
      expect(moves.filter(({ ok }) => ok)).toHaveLength(1);
      expect(moves.find(({ ok }) => !ok)).toMatchObject(failure('CategoryCycle'));
    }
  });

  it('is of one slug when two want it at once', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => category('wanted')));
    expect(made.filter(({ ok }) => ok)).toHaveLength(1);
    expect(made.filter((one) => !one.ok && one.failure.kind === 'SlugTaken')).toHaveLength(7);
  });

  it('leaves no product behind that is written in the same moment', async () => {
    for (let n = 0; n < 6; n++) {
      const slug = `meanwhile-${n}`;
      await Promise.all([
        move('b', n % 2 ? 'a' : null),
        shop.commands.importCatalogue(aCatalogue([aProduct(slug, { categoryId: categoryOf('c') })], {}, [])),
      ]);
      await shop.commands.refreshProducts();
      const expected = n % 2 ? ['a', 'b', 'c'] : ['b', 'c'];
      expect(await lastTold(slug)).toMatchObject({ categoryIds: expected.map(categoryOf) });
    }
  });
});
