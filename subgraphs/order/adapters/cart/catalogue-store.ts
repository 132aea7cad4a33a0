/** Our replica of the catalogue: rows from product's messages, and what the domain calls an entry of them. */
import type { CategoryId, CollectionId, ProductId, VariantId } from '#contracts/ids.ts';
import { inLanguage, type Localized } from '#contracts/language.ts';
import type { ShopSettings } from '#contracts/shop.ts';
import { TaxClass } from '#contracts/tax-class.ts';
import { asJson, columns, type Filled, fieldsWithout, replaced, selected } from '#platform/database/raw-rows.ts';
import { type Registry, scrapeTimeGauges } from '#platform/observability/metrics.ts';
import { Prisma, type PrismaClient } from '#prisma/order/client/client.ts';
import type { CatalogueProductModel, CatalogueVariantModel } from '#prisma/order/client/models.ts';
import type { CatalogueEntry } from '../../domain/cart/cart.ts';
import type { CatalogueStore } from '../../usecases/ports.ts';

const productFields = fieldsWithout(Prisma.CatalogueProductScalarFieldEnum);
const productColumns = Prisma.raw(columns(productFields));
const variantFields = fieldsWithout(Prisma.CatalogueVariantScalarFieldEnum);
const variantColumns = Prisma.raw(columns(variantFields));

type ProductRow = Filled<CatalogueProductModel, (typeof productFields)[number]>;
type VariantRow = Filled<CatalogueVariantModel, (typeof variantFields)[number]>;

/** What an entry has of its product. */
export const productFacts = ['titles', 'status', 'taxClass', 'categoryIds', 'collectionIds'] as const;

export type VariantWithProduct = CatalogueVariantModel & {
  readonly product: Pick<CatalogueProductModel, (typeof productFacts)[number]>;
};

// JSON columns were checked as parts of the message that they came in.

const toEntry =
  ({ language }: ShopSettings) =>
  ({ product, ...variant }: VariantWithProduct): CatalogueEntry => {
    const title = inLanguage(variant.titles as Localized, language, language);
    const productTitle = inLanguage(product.titles as Localized, language, language);
    // What a draft is called is nobody's to know yet.
    const whole = title === productTitle ? title : `${productTitle}, ${title}`;
    const isForSale = product.status === 'PUBLISHED' && !variant.isRemoved;
    return {
      variantId: variant.id as VariantId,
      productId: variant.productId as ProductId,
      sku: variant.sku,
      title: product.status === 'DRAFT' ? variant.sku : whole,
      prices: isForSale ? (variant.prices as CatalogueEntry['prices']) : {},
      facts: {
        productId: variant.productId as ProductId,
        taxClass: TaxClass.parse(product.taxClass),
        weightGrams: variant.weightGrams,
        requiresShipping: variant.requiresShipping,
        categoryIds: product.categoryIds as CategoryId[],
        collectionIds: product.collectionIds as CollectionId[],
      },
    };
  };

/** Entries by their variant's id, in the shop's language. */
export const catalogueOf = (
  shop: ShopSettings,
  rows: readonly VariantWithProduct[],
): ReadonlyMap<VariantId, CatalogueEntry> => new Map(rows.map(toEntry(shop)).map((entry) => [entry.variantId, entry]));

/** For raw SQL, of the table called `v`. */
export const rawVariantColumns = Prisma.raw(selected(variantFields, 'v'));

const withProduct = {
  include: {
    product: { select: { titles: true, status: true, taxClass: true, categoryIds: true, collectionIds: true } },
  },
} as const;

export const catalogueStore = (tx: Prisma.TransactionClient, shop: ShopSettings): CatalogueStore => ({
  async entries(variantIds) {
    if (variantIds.length === 0) return new Map();
    const rows = await tx.catalogueVariant.findMany({ where: { id: { in: [...variantIds] } }, ...withProduct });
    return catalogueOf(shop, rows);
  },

  async upsertProduct({ productId, slug: _, variants, ...said }, { sequence, occurredAt }) {
    const product: ProductRow = { ...said, id: productId, sequence, changedAt: new Date(occurredAt) };
    // One statement compares and locks: of two messages at once, the earlier sequence finds the later one in its way.
    const taken = await tx.$executeRaw`
      INSERT INTO catalogue_product AS known (${productColumns})
      SELECT ${productColumns}
        FROM jsonb_populate_recordset(NULL::catalogue_product, ${asJson(productFields, [product])}::jsonb)
      ON CONFLICT (id) DO UPDATE SET ${Prisma.raw(replaced(productFields.filter((field) => field !== 'id')))}
      WHERE known.sequence < excluded.sequence`;
    if (taken === 0) return;
    await tx.catalogueVariant.updateMany({
      where: { productId, id: { notIn: variants.map(({ variantId }) => variantId) } },
      data: { isRemoved: true },
    });
    const rows = variants.map(
      ({ variantId, prices, ...variant }): VariantRow => ({
        ...variant,
        id: variantId,
        productId,
        prices: Object.fromEntries(prices.map(({ currency, amount }) => [currency, amount])),
        isRemoved: false,
      }),
    );
    await tx.$executeRaw`
      INSERT INTO catalogue_variant (${variantColumns})
      SELECT ${variantColumns}
        FROM jsonb_populate_recordset(NULL::catalogue_variant, ${asJson(variantFields, rows)}::jsonb)
      ON CONFLICT (id) DO UPDATE SET ${Prisma.raw(replaced(variantFields.filter((field) => field !== 'id')))}`;
  },
});

/** One entry of an index; null while the replica is empty. */
const ageOfNewest = async (prisma: PrismaClient): Promise<number | null> => {
  const [row] = await prisma.$queryRaw<{ seconds: number | null }[]>`
    SELECT extract(epoch FROM clock_timestamp() - max(changed_at))::float8 AS seconds FROM catalogue_product`;
  // Product's clock may be a little ahead.
  return row?.seconds == null ? null : Math.max(0, row.seconds);
};

export const measureCatalogue = (registry: Registry, prisma: PrismaClient): void =>
  scrapeTimeGauges(registry, async () => ({ seconds: await ageOfNewest(prisma) }), [
    {
      name: 'agora_read_model_newest_change_age_seconds',
      help: 'Age of the newest change that a copy of another service’s data has; no series while it has none.',
      labelNames: ['read_model'],
      read: ({ seconds }) => (seconds === null ? [] : [[{ read_model: 'catalogue' }, seconds]]),
    },
  ]);
