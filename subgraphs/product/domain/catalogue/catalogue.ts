/** The nouns of the catalogue with the bounds that every way in checks; the category tree; who sees a product. */
import { z } from 'zod';
import { CategoryId, ProductId, VariantId } from '#contracts/ids.ts';
import { Currency } from '#contracts/money.ts';
import { CallerFault } from '#contracts/result.ts';
import { may, type Viewer } from '#contracts/viewer.ts';

export const productStatuses = ['DRAFT', 'PUBLISHED', 'ARCHIVED'] as const;
export type ProductStatus = (typeof productStatuses)[number];

/** The tree has three levels: department, aisle, shelf. A fourth only ever made menus that nobody finds through. */
export const categoryLevels = 3;
// 100: a product with more choices than that is several products.
const mostVariants = 100;
const mostFacts = 50;
// 1,000,000.00: a typing error's size; an int column holds twenty times as much.
const highestPrice = 100_000_000;

/** Text for people: one line, no control characters. */
const line = (longest: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .regex(/^\P{Cc}*$/u, 'has control characters');

/** Name in web addresses. */
export const Slug = z
  .string()
  .max(100)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'is not a slug');
/** Stock keeping unit: name in the warehouse. */
export const Sku = z
  .string()
  .max(50)
  .regex(/^[A-Z0-9]+(-[A-Z0-9]+)*$/, 'is not a sku');

/** A fact of a product, or a choice that makes a variant. */
export const NamedValue = z.object({ name: line(50), value: line(200) });
export type NamedValue = z.infer<typeof NamedValue>;

export const Category = z.object({
  id: CategoryId,
  slug: Slug,
  name: line(100),
  parentId: CategoryId.nullable(),
  /** Order among its siblings. */
  position: z.int().min(0).max(10_000),
});
export type Category = z.infer<typeof Category>;

export const Variant = z.object({
  id: VariantId,
  sku: Sku,
  title: line(200),
  options: z.array(NamedValue).max(10),
  price: z.object({ amount: z.int().min(0).max(highestPrice), currency: Currency }),
});
export type Variant = z.infer<typeof Variant>;

const hasOneCurrency = ({ variants }: { variants: readonly Variant[] }): boolean =>
  new Set(variants.map(({ price }) => price.currency)).size <= 1;

export const Product = z
  .object({
    id: ProductId,
    slug: Slug,
    title: line(200),
    description: z
      .string()
      .trim()
      .max(5_000)
      .regex(/^[\P{Cc}\n]*$/u, 'has control characters other than line ends'),
    brand: line(100).nullable(),
    status: z.enum(productStatuses),
    categoryId: CategoryId,
    attributes: z.array(NamedValue).max(mostFacts),
    /** In the order in which the shop shows them. */
    variants: z.array(Variant).max(mostVariants),
  })
  .refine(hasOneCurrency, 'has prices in two currencies');
export type Product = z.infer<typeof Product>;

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

/** What others see of a product in any other status is nothing: it is not found, never "forbidden". */
export const visibleTo = (viewer: Viewer): readonly ProductStatus[] =>
  may(viewer, 'catalogue:read') ? productStatuses : ['PUBLISHED'];

/** The status whose products are listed. Asking for one that the viewer may not see is `FORBIDDEN`. */
export const statusToList = (viewer: Viewer, asked: ProductStatus | null | undefined): ProductStatus => {
  const status = asked ?? 'PUBLISHED';
  if (!visibleTo(viewer).includes(status))
    throw new CallerFault('FORBIDDEN', 'Only staff may list products that are not published.');
  return status;
};
