/** The category tree. */
import { z } from 'zod';
import { CategoryId } from '#contracts/ids.ts';
import { CallerFault } from '#contracts/result.ts';
import { CategoryTexts, Slug } from './texts.ts';

/** The tree has three levels: department, aisle, shelf. A fourth only ever made menus that nobody finds through. */
export const categoryLevels = 3;

export const Category = z.object({
  id: CategoryId,
  slug: Slug,
  texts: CategoryTexts,
  parentId: CategoryId.nullable(),
  /** Order among its siblings. */
  position: z.int().min(0).max(10_000),
});
export type Category = z.infer<typeof Category>;

/** A category with its level in the tree; the top is 1. */
export interface PlacedCategory extends Category {
  readonly depth: number;
}

/** Parents before children, each with its depth. `BAD_USER_INPUT` for an unknown parent, a cycle, or a fourth level. */
export const placed = (categories: readonly Category[]): PlacedCategory[] => {
  const byId = new Map(categories.map((category) => [category.id, category]));
  return categories
    .map((category) => ({ ...category, depth: depthOf(category, byId) }))
    .sort((a, b) => a.depth - b.depth || a.position - b.position);
};

const depthOf = (category: Category, byId: ReadonlyMap<CategoryId, Category>): number => {
  let depth = 1;
  for (let at = category; at.parentId !== null; depth++) {
    const parent = byId.get(at.parentId);
    if (!parent) throw new CallerFault('BAD_USER_INPUT', `Category ${at.slug} has an unknown parent ${at.parentId}.`);
    if (depth === categoryLevels)
      throw new CallerFault('BAD_USER_INPUT', `Category ${category.slug} is more than ${categoryLevels} levels deep.`);
    at = parent;
  }
  return depth;
};
