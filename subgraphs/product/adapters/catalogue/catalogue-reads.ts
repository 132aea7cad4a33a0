import type { CategoryId, ProductId, VariantId } from '#contracts/ids.ts';
import type { Currency } from '#contracts/money.ts';
import type { Prisma, PrismaClient } from '#prisma/product/client/client.ts';
import type { NamedValue } from '../../domain/catalogue/catalogue.ts';
import { visibleTo } from '../../domain/catalogue/visibility.ts';
import { available } from '../../domain/inventory/stock.ts';
import type { CatalogueReads, CategoryView, VariantView } from '../../usecases/ports.ts';
import { productLists } from './product-lists.ts';
import { productView, writtenByDatabase } from './product-rows.ts';

const categoryColumns = { id: true, slug: true, name: true, parentId: true } as const satisfies Prisma.CategorySelect;

type VariantRow = Prisma.ProductVariantGetPayload<object>;
type CategoryRow = Prisma.CategoryGetPayload<{ select: typeof categoryColumns }>;

const variantView = (row: VariantRow): VariantView => ({
  id: row.id as VariantId,
  productId: row.productId as ProductId,
  sku: row.sku,
  title: row.title,
  options: row.options as NamedValue[],
  price: { amount: row.priceAmount, currency: row.priceCurrency as Currency },
});

const categoryView = (row: CategoryRow): CategoryView => ({
  ...row,
  id: row.id as CategoryId,
  parentId: row.parentId as CategoryId | null,
});

export const catalogueReads = (prisma: PrismaClient): CatalogueReads => ({
  ...productLists(prisma),

  products: async (viewer, { ids, slugs }) => {
    const rows = await prisma.product.findMany({
      where: { OR: [{ id: { in: [...ids] } }, { slug: { in: [...slugs] } }], status: { in: [...visibleTo(viewer)] } },
      omit: writtenByDatabase,
    });
    return rows.map(productView);
  },

  variants: async (viewer, { ids, skus }) => {
    const rows = await prisma.productVariant.findMany({
      where: {
        OR: [{ id: { in: [...ids] } }, { sku: { in: [...skus] } }],
        product: { status: { in: [...visibleTo(viewer)] } },
      },
    });
    return rows.map(variantView);
  },

  variantsOf: async (products) => {
    const rows = await prisma.productVariant.findMany({
      where: { productId: { in: [...products] } },
      orderBy: [{ position: 'asc' }, { id: 'asc' }],
    });
    return rows.map(variantView);
  },

  available: async (variants) => {
    const rows = await prisma.stockLevel.findMany({ where: { variantId: { in: [...variants] } } });
    return rows.map((row) => ({ variantId: row.variantId as VariantId, available: available(row) }));
  },

  categories: async (ids) => {
    const rows = await prisma.category.findMany({ where: { id: { in: [...ids] } }, select: categoryColumns });
    return rows.map(categoryView);
  },

  categoriesBelow: async (parents) => {
    const named = parents.filter((parent) => parent !== null);
    const rows = await prisma.category.findMany({
      where: { OR: [{ parentId: { in: named } }, ...(parents.includes(null) ? [{ parentId: null }] : [])] },
      select: categoryColumns,
      orderBy: [{ position: 'asc' }, { id: 'asc' }],
    });
    return rows.map(categoryView);
  },
});
