/** The category tree. */
import { z } from 'zod';
import { CategoryId } from '#contracts/ids.ts';
import { CallerFault, fail, ok, type Result } from '#contracts/result.ts';
import { type CategoryTooDeep, categoryTooDeep } from './taxonomy-failures.ts';
import { CategoryTexts, Slug } from './texts.ts';

/** The tree has three levels: department, aisle, shelf. A fourth only ever made menus that nobody finds through. */
export const categoryLevels = 3;

// 1,000: what an import may have; the largest shops come to a few hundred.
export const mostCategories = 1_000;

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

/** As it is stored: each write makes the next version. */
export interface StoredCategory extends PlacedCategory {
  readonly version: number;
}

/** Parents before children, each with its depth. `BAD_USER_INPUT` for an unknown parent, a cycle, or a fourth level. */
export const placed = (categories: readonly Category[]): PlacedCategory[] => {
  const byId = new Map(categories.map((category) => [category.id, category]));
  return categories
    .map((category) => ({ ...category, depth: depthOf(category, byId) }))
    .sort((a, b) => a.depth - b.depth || a.position - b.position);
};

const depthOf = (category: Category, byId: ReadonlyMap<CategoryId, Category>): number => {
  const below = new Set([category.id]);
  let depth = 1;
  for (let at = category; at.parentId !== null; depth++) {
    const parent = byId.get(at.parentId);
    if (!parent) throw new CallerFault('BAD_USER_INPUT', `Category ${at.slug} has an unknown parent ${at.parentId}.`);
    if (below.has(parent.id))
      throw new CallerFault('BAD_USER_INPUT', `Category ${category.slug} would be below itself.`);
    below.add(parent.id);
    if (depth === categoryLevels)
      throw new CallerFault('BAD_USER_INPUT', `Category ${category.slug} is more than ${categoryLevels} levels deep.`);
    at = parent;
  }
  return depth;
};

export type Tree = ReadonlyMap<CategoryId, PlacedCategory>;

/** Of a category itself and those above it, the top first. */
export const pathIn = (tree: Tree, id: CategoryId): readonly CategoryId[] => {
  const path: CategoryId[] = [];
  // As many steps as there are levels: the tree is one, but this would never end in what is none.
  for (let at = tree.get(id); at && path.length < categoryLevels; at = at.parentId ? tree.get(at.parentId) : undefined)
    path.unshift(at.id);
  return path;
};

/** The category, and everything below it. */
export const subtreeOf = (tree: Tree, id: CategoryId): PlacedCategory[] =>
  [...tree.values()].filter((category) => pathIn(tree, category.id).includes(id));

export const lastPosition = (tree: Tree, parentId: CategoryId | null): number =>
  Math.max(-1, ...[...tree.values()].filter((one) => one.parentId === parentId).map(({ position }) => position));

/**
 * What is written when the category is put where it says: itself, and what is below it where that comes to another level.
 * `NOT_FOUND` for a parent that there is not, or not any more. The caller has seen that it is not below the category itself.
 */
export const placedIn = (tree: Tree, category: Category): Result<PlacedCategory[], CategoryTooDeep> => {
  const parent = category.parentId === null ? undefined : tree.get(category.parentId);
  if (category.parentId !== null && !parent) throw new CallerFault('NOT_FOUND', 'There is no such parent category.');
  const depth = (parent?.depth ?? 0) + 1;
  const before = tree.get(category.id);
  const below = before ? subtreeOf(tree, category.id).filter(({ id }) => id !== category.id) : [];
  const moved = below.map((one) => ({ ...one, depth: one.depth + depth - (before?.depth ?? depth) }));
  if (Math.max(depth, ...moved.map((one) => one.depth)) > categoryLevels) return fail(categoryTooDeep(categoryLevels));
  return ok([{ ...category, depth }, ...(depth === before?.depth ? [] : moved)]);
};
