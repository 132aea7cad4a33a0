import { describe, expect, it } from 'vitest';
import { aCategory, categoryOf } from '#kit/product/builders.ts';
import { type Category, pathIn, placed, placedIn, subtreeOf } from './category.ts';
import { categoriesChanged, movedOrRenamed, treeAfter } from './taxonomy-changes.ts';

const child = (slug: string, parent: string) => aCategory(slug, { parentId: categoryOf(parent) });

describe('the category tree', () => {
  it('puts parents before children, with their depth', () => {
    const tree = placed([child('c', 'b'), child('b', 'a'), aCategory('a')]);
    expect(tree.map(({ slug, depth }) => `${slug}${depth}`)).toEqual(['a1', 'b2', 'c3']);
  });

  it.each([
    ['a fourth level', [aCategory('a'), child('b', 'a'), child('c', 'b'), child('d', 'c')]],
    ['a cycle', [child('a', 'b'), child('b', 'a')]],
    ['an unknown parent', [child('a', 'nowhere')]],
  ])('refuses %s', (_, categories) => {
    expect(() => placed(categories)).toThrow(/Category .* (levels deep|unknown parent|below itself)/);
  });
});

describe('a category that moves', () => {
  const stored = (...categories: Category[]) =>
    new Map(placed(categories).map((category) => [category.id, { ...category, version: 1 }]));
  // a > b > c, d > e, f
  const tree = stored(
    aCategory('a'),
    child('b', 'a'),
    child('c', 'b'),
    aCategory('d'),
    child('e', 'd'),
    aCategory('f'),
  );
  const slugs = (categories: readonly { readonly slug: string; readonly depth: number }[]) =>
    categories.map(({ slug, depth }) => `${slug}${depth}`);

  it('takes what is below it along to its new level', () => {
    expect(placedIn(tree, aCategory('b'))).toMatchObject({ ok: true });
    const written = placedIn(tree, aCategory('b'));
    expect(written.ok && slugs(written.value)).toEqual(['b1', 'c2']);
    const sideways = placedIn(tree, child('b', 'd'));
    expect(sideways.ok && slugs(sideways.value)).toEqual(['b2']);
  });

  it.each([
    ['a tree of two levels below the second', child('d', 'b')],
    ['a tree of three levels below the first', child('a', 'f')],
    ['a category below the third', child('f', 'c')],
  ])('does not bring %s to a fourth', (_, category) => {
    expect(placedIn(tree, category)).toMatchObject({ failure: { kind: 'CategoryTooDeep', levels: 3 } });
  });

  it('goes nowhere that is not there', () => {
    expect(() => placedIn(tree, child('f', 'gone'))).toThrow('no such parent');
  });

  it('knows its way, and what is below it', () => {
    expect(pathIn(tree, categoryOf('c'))).toEqual(['a', 'b', 'c'].map(categoryOf));
    expect(slugs(subtreeOf(tree, categoryOf('b')))).toEqual(['b2', 'c3']);
  });

  it('is announced with what is below it, and its products are looked at again', () => {
    const after = treeAfter(tree, [{ ...child('b', 'd'), depth: 2 }]);
    expect(categoriesChanged(tree, after).map(({ data }) => data)).toMatchObject([
      { slug: 'b', parentId: categoryOf('d'), ancestorIds: [categoryOf('d')], version: 2 },
      { slug: 'c', parentId: categoryOf('b'), ancestorIds: ['d', 'b'].map(categoryOf), version: 1 },
    ]);
    expect(movedOrRenamed(tree, after)).toEqual([categoryOf('b')]);
  });

  it('is announced alone when it only has another name, slug or place among its siblings', () => {
    const renamed = treeAfter(tree, [{ ...aCategory('a', { texts: { en: { name: 'A' } } }), depth: 1 }]);
    expect(categoriesChanged(tree, renamed)).toHaveLength(1);
    expect(movedOrRenamed(tree, renamed)).toEqual([categoryOf('a')]);
    const repositioned = treeAfter(tree, [{ ...aCategory('a', { slug: 'aa', position: 7 }), depth: 1 }]);
    expect(categoriesChanged(tree, repositioned)).toHaveLength(1);
    expect(movedOrRenamed(tree, repositioned)).toEqual([]);
  });
});
