/** The demo catalogue: the shelves of outdoor.ts, kitchen.ts and home.ts, made into products. The same on every run. */
import { type CategoryId, namedId } from '#contracts/ids.ts';
import type { ShopSettings } from '#contracts/shop.ts';
import type { Category } from '#subgraphs/product/domain/catalogue/category.ts';
import type { Product } from '#subgraphs/product/domain/catalogue/product.ts';
import type { CatalogueImport } from '#subgraphs/product/usecases/catalogue/import-catalogue.ts';
import { seed as importCatalogue } from '#subgraphs/product/wiring.ts';
import { attributesOf, attributeValue } from './attributes.ts';
import { collections } from './collections.ts';
import { home } from './home.ts';
import { kitchen } from './kitchen.ts';
import { koreanLine, koreanOf } from './korean/korean.ts';
import { lot, slugOf } from './naming.ts';
import { outdoor } from './outdoor.ts';
import type { Department, Fact, Line, Shelf } from './shelf.ts';
import { choicesAndVariants } from './variants.ts';
import { wellKnownProducts } from './well-known.ts';

const factsOf = (slug: string, shelf: Shelf, own: Readonly<Record<string, Fact>> = {}): [string, Fact][] => [
  ...Object.entries(own),
  ...Object.entries(shelf.facts).map(([name, values]): [string, Fact] => [
    name,
    values[lot(`${slug} ${name}`, values.length)] ?? '',
  ]),
];

const productOf = (shelf: Shelf, categoryId: CategoryId, line: Line): Product => {
  const [title, , about, particulars] = line;
  const [koreanTitle, koreanAbout] = koreanLine(title);
  const slug = slugOf(title);
  return {
    id: namedId('Product', slug),
    slug,
    texts: {
      en: { title, description: `${about} ${shelf.closing}` },
      ko: { title: koreanTitle, description: `${koreanAbout} ${koreanOf(shelf.closing)}` },
    },
    brand: shelf.brands[lot(`${slug} brand`, shelf.brands.length)] ?? null,
    status: particulars?.status ?? 'PUBLISHED',
    categoryId,
    taxClass: shelf.taxClass ?? 'STANDARD',
    attributes: Object.fromEntries(
      factsOf(slug, shelf, particulars?.facts).map(([name, fact]) => [slugOf(name), attributeValue(name, fact)]),
    ),
    ...choicesAndVariants(shelf, line),
  };
};

// Of a hundred variants about eight are sold out and three are down to one unit: what a shop looks like on a weekday.
const unitsOf = (sku: string): number => {
  const known = wellKnownProducts.find((one) => one.sku === sku);
  if (known) return known.units;
  const chance = lot(`${sku} stock`, 100);
  if (chance < 8) return 0;
  return chance < 11 ? 1 : 5 + lot(`${sku} units`, 120);
};
/** What is made to order is made when it is ordered, and of a file there are always more. */
const initialStockOf = (products: readonly Product[]): Record<string, number> =>
  Object.fromEntries(
    products
      .flatMap(({ variants }) => variants)
      .filter(({ stockPolicy }) => stockPolicy === 'TRACKED')
      .map(({ id, sku }) => [id, unitsOf(sku)]),
  );

const category = (name: string, position: number, parent: Category | null): Category => ({
  id: namedId('Category', slugOf(name)),
  slug: slugOf(name),
  texts: { en: { name }, ko: { name: koreanOf(name) } },
  parentId: parent?.id ?? null,
  position,
});

const departments: readonly Department[] = [outdoor, kitchen, home];

/** At least 200 products in a tree of three levels, for `CatalogueImport`. */
export const demoCatalogue = (): CatalogueImport => {
  const categories: Category[] = [];
  const products: Product[] = [];
  const shelves = departments.flatMap(({ aisles }) => Object.values(aisles).flat());
  for (const [place, { name, aisles }] of departments.entries()) {
    const department = category(name, place, null);
    categories.push(department);
    for (const [aislePlace, [aisleName, aisleShelves]] of Object.entries(aisles).entries()) {
      const aisle = category(aisleName, aislePlace, department);
      categories.push(aisle);
      for (const [shelfPlace, shelf] of aisleShelves.entries()) {
        const leaf = category(shelf.name, shelfPlace, aisle);
        categories.push(leaf);
        products.push(...shelf.products.map((line) => productOf(shelf, leaf.id, line)));
      }
    }
  }
  return {
    attributes: attributesOf(shelves),
    categories,
    products,
    collections: [...collections],
    initialStock: initialStockOf(products),
  };
};

/** For `npm run seed`: imports what is missing of the demo catalogue, and reports how much. */
export const seed = async (databaseUrl: string, shop: ShopSettings): Promise<string> => {
  const report = await importCatalogue(databaseUrl, demoCatalogue(), shop);
  const imported = Object.entries(report).filter(([, count]) => count > 0);
  return imported.length > 0
    ? `imported ${imported.map(([what, count]) => `${count} ${what}`).join(', ')}`
    : 'nothing to do';
};
