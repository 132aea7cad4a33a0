/**
 * What one line of an import says: a product, a category, an attribute or a collection, by the names that a merchandiser knows (slugs, skus,
 * codes) and never by ids. What a document leaves out stays as it is; in a new thing it has a default, or is missing.
 */
import { z } from 'zod';
import type { AttributeId, CategoryId, ProductId, VariantId } from '#contracts/ids.ts';
import { Attribute, AttributeNumber, type AttributeValue } from '../catalogue/attribute.ts';
import { Category } from '../catalogue/category.ts';
import { Collection } from '../catalogue/collection.ts';
import { Condition, mostPicked, Rule } from '../catalogue/collection-rule.ts';
import { mostVariants, Product, type ProductOption, type StoredProduct, Variant } from '../catalogue/product.ts';
import { Code, Name, Sku, Slug, titlesOf } from '../catalogue/texts.ts';
import { mostUnits } from '../inventory/stock.ts';
import { AltTexts, MediaUrl, maxMediaPerProduct } from '../media/media.ts';

const VariantDocument = Variant.omit({ id: true })
  .partial()
  .extend({
    sku: Sku,
    /** Units that a new variant starts with. They are received once, whatever later imports say. */
    initialStock: z.int().min(0).max(mostUnits).optional(),
  });

/** A picture elsewhere by its address, or a file that the product has in this shop. */
const PictureDocument = z
  .strictObject({ url: MediaUrl.optional(), file: z.string().max(200).optional(), alt: AltTexts.default({}) })
  .transform(({ url, file, alt }, context) => {
    if (url !== undefined && file === undefined) return { url, alt };
    if (file !== undefined && url === undefined) return { file, alt };
    context.addIssue({ code: 'custom', message: 'has exactly one of url and file' });
    return z.NEVER;
  });
export type PictureDocument = z.infer<typeof PictureDocument>;

/** Any text: what it should have been, only the kind of its attribute can say. */
const GivenValue = z.union([Name, AttributeNumber, z.boolean(), z.string()]);

const { shape } = Product;
export const ProductDocument = z.strictObject({
  slug: Slug,
  texts: shape.texts.optional(),
  brand: shape.brand.optional(),
  status: shape.status.optional(),
  /** The slug of its category. */
  category: Slug.optional(),
  taxClass: shape.taxClass.optional(),
  attributes: z.record(Code, GivenValue).optional(),
  options: shape.options.optional(),
  variants: z.array(VariantDocument.strict()).max(mostVariants).default([]),
  /** All of them, in their order. */
  pictures: z.array(PictureDocument).max(maxMediaPerProduct).optional(),
});
export type ProductDocument = z.infer<typeof ProductDocument>;

export const CategoryDocument = z.strictObject({
  slug: Slug,
  texts: Category.shape.texts.optional(),
  /** The slug of the category above it; null for the top. */
  parent: Slug.nullable().optional(),
  position: Category.shape.position.optional(),
});
export type CategoryDocument = z.infer<typeof CategoryDocument>;

export const AttributeDocument = Attribute.omit({ id: true }).partial().required({ code: true }).strict();
export type AttributeDocument = z.infer<typeof AttributeDocument>;

const [, brand, attribute, range, price] = Condition.options;
/** Categories and products by their slugs. */
const ConditionDocument = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('CATEGORY'), category: Slug }),
  z.strictObject({ by: z.literal('PRODUCTS'), products: z.array(Slug).min(1).max(mostPicked) }),
  ...[brand, attribute, range, price],
]);
export type ConditionDocument = z.infer<typeof ConditionDocument>;

export const CollectionDocument = z.strictObject({
  slug: Slug,
  texts: Collection.shape.texts.optional(),
  rule: z.strictObject({ match: Rule.shape.match, conditions: z.array(ConditionDocument).min(1) }).optional(),
  position: Collection.shape.position.optional(),
  isPublished: Collection.shape.isPublished.optional(),
});
export type CollectionDocument = z.infer<typeof CollectionDocument>;

/** A document, or what is wrong with it, with the line of the file where it begins. */
export type ImportLine =
  | {
      readonly line: number;
      readonly kind: 'product';
      readonly document: ProductDocument;
      readonly variantLines?: readonly number[];
    }
  | { readonly line: number; readonly kind: 'category'; readonly document: CategoryDocument }
  | { readonly line: number; readonly kind: 'attribute'; readonly document: AttributeDocument }
  | { readonly line: number; readonly kind: 'collection'; readonly document: CollectionDocument }
  | LineFault;

export interface LineFault {
  readonly line: number;
  readonly kind: 'fault';
  readonly reason: string;
}

/** What the shop has under the names of a document. */
export interface Known {
  readonly product: StoredProduct | undefined;
  readonly categoryId: CategoryId | undefined;
  readonly newProductId: () => ProductId;
  readonly newVariantId: () => VariantId;
}

const newVariant = {
  options: {},
  prices: {},
  weightGrams: null,
  requiresShipping: true,
  stockPolicy: 'TRACKED',
  lowStockThreshold: null,
  isArchived: false,
} as const;

/** The product as it is after the document; what it still lacks, `Product` says when it parses it. */
export const productAfter = (document: ProductDocument, known: Known) => {
  const { product } = known;
  const variants = document.variants.map(({ initialStock: _, ...given }) => {
    const stored = product?.variants.find(({ sku }) => sku === given.sku);
    const id = stored?.id ?? known.newVariantId();
    // A variant without a title of its own is called as its product is.
    const title = given.title ?? stored?.title ?? titlesOf(document.texts ?? product?.texts ?? {});
    return { ...newVariant, ...stored, ...given, id, title, prices: { ...stored?.prices, ...given.prices } };
  });
  const { version: _, ...before } = product ?? { version: 0 };
  const { category: __, pictures: ___, ...given } = document;
  return {
    ...{ brand: null, status: 'DRAFT', taxClass: 'STANDARD', options: [] },
    ...before,
    ...given,
    id: product?.id ?? known.newProductId(),
    categoryId: known.categoryId ?? product?.categoryId,
    texts: { ...product?.texts, ...document.texts },
    attributes: { ...product?.attributes, ...document.attributes } as Record<string, AttributeValue>,
    options: optionsAfter(product?.options ?? [], document.options ?? []),
    variants: inOrder(variants, product?.variants ?? []),
  };
};

/** Of a document that names all variants, its order is theirs; else they stay where they are, and new ones come last. */
const inOrder = <V extends { readonly sku: string }>(named: readonly V[], stored: readonly V[]): V[] => {
  const bySku = Map.groupBy(named, ({ sku }) => sku);
  if (stored.every(({ sku }) => bySku.has(sku))) return [...named];
  const before = new Set(stored.map(({ sku }) => sku));
  return [...stored.flatMap((one) => bySku.get(one.sku) ?? [one]), ...named.filter(({ sku }) => !before.has(sku))];
};

/** Options and values that the document does not name stay, as the variants that have them do. */
const optionsAfter = (stored: readonly ProductOption[], given: readonly ProductOption[]): ProductOption[] => {
  const named = new Set(given.map(({ code }) => code));
  const merged = given.map((option) => {
    const before = stored.find(({ code }) => code === option.code);
    const values = option.values.map((value) => {
      const known = before?.values.find(({ code }) => code === value.code);
      return { code: value.code, name: { ...known?.name, ...value.name } };
    });
    const others = before?.values.filter(({ code }) => !values.some((value) => value.code === code)) ?? [];
    return { code: option.code, name: { ...before?.name, ...option.name }, values: [...values, ...others] };
  });
  return [...merged, ...stored.filter(({ code }) => !named.has(code))];
};

export const categoryAfter = (
  { parent: _, ...given }: CategoryDocument,
  stored: Category | undefined,
  { id, parentId }: { readonly id: CategoryId; readonly parentId: CategoryId | null | undefined },
) => ({
  ...{ position: 0 },
  ...stored,
  ...given,
  texts: { ...stored?.texts, ...given.texts },
  id: stored?.id ?? id,
  parentId: parentId === undefined ? (stored?.parentId ?? null) : parentId,
});

export const attributeAfter = (given: AttributeDocument, stored: Attribute | undefined, id: AttributeId) => ({
  ...{ unit: null, choices: [], isFilterable: false, position: 0 },
  ...stored,
  ...given,
  name: { ...stored?.name, ...given.name },
  id: stored?.id ?? id,
});
