import { beforeAll, describe, expect, it } from 'vitest';
import { guest } from '#contracts/viewer.ts';
import { aCatalogue, aCategory, aProduct, categoryOf } from '#kit/product/builders.ts';
import { aBrowsableShop, type BrowsableShop, tree } from '#kit/product/graph.ts';
import { NameTaken } from '../ports.ts';

let shop: BrowsableShop;
beforeAll(async () => {
  shop = await aBrowsableShop();
});

const found = async (slug: string) => (await shop.ask(guest, `{ product(slug: "${slug}") { id slug } }`)).data.product;
/** The product that is called `name` here, under another slug. */
const rename = (name: string, slug: string, more = {}) =>
  shop.commands.importCatalogue(aCatalogue([{ ...aProduct(name), slug, ...more }], {}, tree));

describe('a slug that was replaced', () => {
  it('still finds the product, which says the new one; so do references', async () => {
    await rename('tea', 'tea');
    await rename('tea', 'green-tea');
    await rename('tea', '녹차');
    const { id } = aProduct('tea');
    for (const slug of ['tea', 'green-tea', '녹차']) expect(await found(slug)).toEqual({ id, slug: '녹차' });
    const reference =
      '{ _entities(representations: [{__typename: "Product", slug: "tea"}]) { ... on Product { slug } } }';
    expect((await shop.ask(guest, reference)).data).toEqual({ _entities: [{ slug: '녹차' }] });
  });

  it('is given to no other product, but may be taken back', async () => {
    await rename('cup', 'cup');
    await rename('cup', 'mug');
    await expect(rename('thief', 'cup')).rejects.toThrow(NameTaken);
    await expect(rename('kettle', 'cup')).rejects.toThrow(NameTaken);
    await rename('cup', 'cup');
    expect(await found('mug')).toMatchObject({ slug: 'cup' });
    await expect(rename('thief', 'mug')).rejects.toThrow(NameTaken);
  });

  it('finds no more of a product than its own slug does', async () => {
    await rename('plan', 'plan', { status: 'DRAFT' });
    await rename('plan', 'secret-plan', { status: 'DRAFT' });
    expect(await found('plan')).toBeNull();
  });

  it('is given to no other product in the moment in which it is given up', async () => {
    for (let n = 0; n < 10; n++) {
      await rename(`old-${n}`, `old-${n}`);
      const update = (id: string, slug: string) => shop.prisma.product.update({ where: { id }, data: { slug } });
      const other = aProduct(`other-${n}`);
      await rename(`other-${n}`, `other-${n}`);
      const ended = await Promise.allSettled([
        update(aProduct(`old-${n}`).id, `new-${n}`),
        update(other.id, `old-${n}`),
      ]);
      expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    }
  });

  it('of a category is kept in the same way, and is another name than a product’s', async () => {
    const renamed = [aCategory('books', { position: 9 }), aCategory('books', { slug: 'reading', position: 9 })];
    for (const category of renamed) await shop.commands.importCatalogue(aCatalogue([], {}, [category]));
    const thief = aCategory('thief', { slug: 'books' });
    await expect(shop.commands.importCatalogue(aCatalogue([], {}, [thief]))).rejects.toThrow(NameTaken);
    const [former] = await shop.prisma.formerSlug.findMany({ where: { kind: 'CATEGORY' } });
    expect(former).toMatchObject({ slug: 'books', ownerId: categoryOf('books') });
    await rename('books', 'books');
    expect(await found('books')).toMatchObject({ slug: 'books' });
  });
});
