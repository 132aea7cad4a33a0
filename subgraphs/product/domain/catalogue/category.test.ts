import { describe, expect, it } from 'vitest';
import { aCategory, categoryOf } from '#kit/product/builders.ts';
import { placed } from './category.ts';

describe('the category tree', () => {
  const child = (slug: string, parent: string) => aCategory(slug, { parentId: categoryOf(parent) });

  it('puts parents before children, with their depth', () => {
    const tree = placed([child('c', 'b'), child('b', 'a'), aCategory('a')]);
    expect(tree.map(({ slug, depth }) => `${slug}${depth}`)).toEqual(['a1', 'b2', 'c3']);
  });

  it.each([
    ['a fourth level', [aCategory('a'), child('b', 'a'), child('c', 'b'), child('d', 'c')]],
    ['a cycle', [child('a', 'b'), child('b', 'a')]],
    ['an unknown parent', [child('a', 'nowhere')]],
  ])('refuses %s', (_, categories) => {
    expect(() => placed(categories)).toThrow(/Category .* (levels deep|unknown parent)/);
  });
});
