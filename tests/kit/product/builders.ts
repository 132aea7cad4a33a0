/** Things of the product subgraph, for tests. */
import type { DataOf, MessageDefinition, MessageOf } from '#contracts/envelope.ts';
import { type AttemptId, type CategoryId, namedId, newId, type VariantId } from '#contracts/ids.ts';
import { CommitStock, ReleaseStock, ReserveStock } from '#contracts/messages/stock.ts';
import { type Money, money } from '#contracts/money.ts';
import type { Attribute } from '#subgraphs/product/domain/catalogue/attribute.ts';
import type { Category } from '#subgraphs/product/domain/catalogue/category.ts';
import type { Collection } from '#subgraphs/product/domain/catalogue/collection.ts';
import type { Rule } from '#subgraphs/product/domain/catalogue/collection-rule.ts';
import type { Product, Variant } from '#subgraphs/product/domain/catalogue/product.ts';
import type { CatalogueImport } from '#subgraphs/product/usecases/catalogue/import-catalogue.ts';

export const tenEuros = money(1_000, 'EUR');

/** The same name is the same category, as with all builders here. */
export const aCategory = (slug = 'lighting', fields: Partial<Category> = {}): Category => ({
  id: namedId('Category', slug),
  slug,
  texts: { en: { name: slug } },
  parentId: null,
  position: 0,
  ...fields,
});

/** Published unless the test says more. */
export const aCollection = (
  slug: string,
  conditions: Rule['conditions'],
  { match = 'ALL', ...fields }: Partial<Collection> & Partial<Pick<Rule, 'match'>> = {},
): Collection => ({
  id: namedId('Collection', slug),
  slug,
  texts: { en: { name: slug } },
  rule: { match, conditions },
  position: 0,
  isPublished: true,
  ...fields,
});

/** Sold in one currency unless the test says more. */
export const aVariant = (
  sku = 'LAMP-1',
  { price = tenEuros, ...fields }: Partial<Variant> & { readonly price?: Money } = {},
): Variant => ({
  id: namedId('Variant', sku),
  sku,
  title: { en: sku },
  options: {},
  prices: { [price.currency]: price.amount },
  weightGrams: 240,
  requiresShipping: true,
  stockPolicy: 'TRACKED',
  lowStockThreshold: null,
  isArchived: false,
  ...fields,
});

/** In English unless the test says more. */
export const aProduct = (
  slug = 'lamp',
  { title = `The ${slug}`, ...fields }: Partial<Product> & { readonly title?: string } = {},
): Product => ({
  id: namedId('Product', slug),
  slug,
  texts: { en: { title, description: 'It does what it should.' } },
  brand: null,
  status: 'PUBLISHED',
  categoryId: namedId('Category', 'lighting'),
  taxClass: 'STANDARD',
  attributes: {},
  options: [],
  variants: [aVariant(`${slug.toUpperCase()}-1`)],
  ...fields,
});

/** `stock` by sku. */
export const aCatalogue = (
  products: readonly Product[] = [aProduct()],
  stock: Readonly<Record<string, number>> = {},
  categories: readonly Category[] = [aCategory()],
  attributes: readonly Attribute[] = [],
  collections: readonly Collection[] = [],
): CatalogueImport => ({
  attributes: [...attributes],
  categories: [...categories],
  products: [...products],
  collections: [...collections],
  initialStock: Object.fromEntries(Object.entries(stock).map(([sku, units]) => [namedId('Variant', sku), units])),
});

const received = <const D extends MessageDefinition>(definition: D, attemptId: AttemptId, data: object) => ({
  id: newId('Message'),
  type: definition.type as D['type'],
  version: definition.version,
  occurredAt: new Date().toISOString(),
  aggregate: { type: 'order', id: orderOf(attemptId) },
  sequence: 1,
  correlationId: 'test',
  data: definition.data.parse({ attemptId, orderId: orderOf(attemptId), ...data }) as DataOf<D>,
});

export const anAttempt = (): AttemptId => newId('Attempt');
export const orderOf = (attemptId: AttemptId) => namedId('Order', attemptId);

export interface WantedLine {
  readonly sku: string;
  readonly quantity: number;
  readonly unitPrice?: Money;
}

/** Each call is another message; hand the same one over twice for a redelivery. */
export const reserve = (
  attemptId: AttemptId,
  lines: readonly WantedLine[],
  ttlMs = 60_000,
): MessageOf<typeof ReserveStock> =>
  received(ReserveStock, attemptId, {
    lines: lines.map(({ sku, quantity, unitPrice = tenEuros }) => ({ variantId: variantOf(sku), quantity, unitPrice })),
    ttlMs,
  });
export const commit = (attemptId: AttemptId) => received(CommitStock, attemptId, {});
export const release = (attemptId: AttemptId) => received(ReleaseStock, attemptId, {});

export const variantOf = (sku: string): VariantId => namedId('Variant', sku);
export const categoryOf = (slug: string): CategoryId => namedId('Category', slug);
