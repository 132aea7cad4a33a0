import { namedId, type VariantId } from '#contracts/ids.ts';
import type { Category } from '#subgraphs/product/domain/catalogue/category.ts';
import type { Product, Variant } from '#subgraphs/product/domain/catalogue/product.ts';
import type { CatalogueImport } from '#subgraphs/product/usecases/catalogue/import-catalogue.ts';

// 10 of a product: few large products or many small ones make no difference to an order.
const variantsPerProduct = 10;
// The most that an import takes: no run uses it up, so every order is one that is confirmed.
const units = 1_000_000;

const category: Category = {
  id: namedId('Category', 'capacity'),
  slug: 'capacity',
  texts: { en: { name: 'Capacity' } },
  parentId: null,
  position: 99,
};

const variantOf = (number: number): Variant => {
  const sku = `CAPACITY-${number}`;
  return {
    id: namedId('Variant', sku),
    sku,
    title: { en: `Size ${number}` },
    options: { size: String(number) },
    prices: { EUR: 1_990 },
    weightGrams: 500,
    requiresShipping: true,
    stockPolicy: 'TRACKED',
    lowStockThreshold: null,
    isArchived: false,
  };
};

const productOf = (number: number, variants: readonly Variant[]): Product => ({
  id: namedId('Product', `capacity-${number}`),
  slug: `capacity-${number}`,
  texts: {
    en: { title: `Measured product ${number}`, description: 'Is bought while the capacity of the shop is measured.' },
  },
  brand: null,
  status: 'PUBLISHED',
  categoryId: category.id,
  taxClass: 'STANDARD',
  attributes: {},
  options: [
    {
      code: 'size',
      name: { en: 'Size' },
      values: variants.map(({ options: { size = '' } }) => ({ code: size, name: { en: size } })),
    },
  ],
  variants: [...variants],
});

/** So many variants that are never sold out, for `CatalogueImport`. */
export const plentifulCatalogue = (variantCount: number): CatalogueImport => {
  const variants = Array.from({ length: variantCount }, (_, index) => variantOf(index + 1));
  const products = Array.from({ length: Math.ceil(variantCount / variantsPerProduct) }, (_, index) =>
    productOf(index + 1, variants.slice(index * variantsPerProduct, (index + 1) * variantsPerProduct)),
  );
  return {
    attributes: [],
    categories: [category],
    products,
    collections: [],
    initialStock: Object.fromEntries(variants.map(({ id }) => [id, units])),
  };
};

export const variantIdsOf = ({ products }: CatalogueImport): VariantId[] =>
  products.flatMap(({ variants }) => variants.map(({ id }) => id));
