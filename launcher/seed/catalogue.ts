/** The demo catalogue: the shelves of outdoor.ts, kitchen.ts and home.ts, made into products. The same on every run. */
import { createHash } from 'node:crypto';
import { type CategoryId, namedId } from '#contracts/ids.ts';
import { money } from '#contracts/money.ts';
import type { Category, NamedValue, Product, Variant } from '#subgraphs/product/domain/catalogue/catalogue.ts';
import type { CatalogueImport } from '#subgraphs/product/usecases/catalogue/import-catalogue.ts';
import { seed as importCatalogue } from '#subgraphs/product/wiring.ts';
import { attributes } from './attributes.ts';
import { home } from './home.ts';
import { kitchen } from './kitchen.ts';
import { outdoor } from './outdoor.ts';
import type { Choice, Department, Fact, Line, Shelf } from './shelf.ts';
import { wellKnownProducts } from './well-known.ts';

/** A number that looks drawn by lot and is the same every time: 0 ≤ n < `below`. */
const lot = (name: string, below: number): number => createHash('sha256').update(name).digest().readUInt32BE() % below;

const slugOf = (title: string): string =>
  title
    .normalize('NFD')
    .replaceAll(/[\p{M}’]/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');

interface Option extends NamedValue {
  readonly surcharge: number;
}

/** The values of a choice that this product comes in, in the order of the shelf. */
const optionsOf = (slug: string, { name, values, most = values.length, step = 0 }: Choice): Option[] => {
  const count = most === values.length && step > 0 ? most : 1 + lot(`${slug} ${name} count`, most);
  const first = lot(`${slug} ${name} first`, values.length);
  return values
    .map((value, index) => ({ name, value, surcharge: index * step }))
    .filter((_, index) => (index - first + values.length) % values.length < count);
};

/** Every combination of the choices; one without any when there is nothing to choose. */
const combinations = (choices: readonly (readonly Option[])[]): Option[][] =>
  choices.reduce<Option[][]>((made, options) => made.flatMap((some) => options.map((one) => [...some, one])), [[]]);

/** A well-known product comes in one variant, so that everybody means the same one. */
const choicesOf = (slug: string, { choices }: Shelf): readonly Choice[] =>
  wellKnownProducts.some((known) => known.slug === slug)
    ? choices.map((choice) => ({ ...choice, values: choice.values.slice(0, 1), most: 1 }))
    : choices;

const variantsOf = (slug: string, title: string, cents: number, choices: readonly Choice[]): Variant[] => {
  const combined = combinations(choices.map((choice) => optionsOf(slug, choice)));
  const cheapest = Math.min(...combined.map(surchargeOf));
  return combined.map((options) => {
    const chosen = options.map(({ value }) => value);
    const sku = slugOf([slug, ...(combined.length > 1 ? chosen : [])].join(' ')).toUpperCase();
    return {
      id: namedId('Variant', sku),
      sku,
      title: chosen.join(', ') || title,
      options: options.map(({ name, value }) => ({ name, value })),
      // The price on the shelf is that of the smallest one a product comes in.
      price: money(cents + surchargeOf(options) - cheapest, 'EUR'),
    };
  });
};

const surchargeOf = (options: readonly Option[]): number => options.reduce((sum, { surcharge }) => sum + surcharge, 0);

const written = (name: string, fact: Fact): string => {
  if (typeof fact === 'boolean') return fact ? 'Yes' : 'No';
  return [fact, attributes[name]?.unit].filter((part) => part !== undefined).join(' ');
};

const productOf = (shelf: Shelf, categoryId: CategoryId, [title, cents, about, particulars]: Line): Product => {
  const slug = slugOf(title);
  const facts = {
    ...particulars?.facts,
    ...Object.fromEntries(
      Object.entries(shelf.facts).map(([name, values]) => [name, values[lot(`${slug} ${name}`, values.length)] ?? '']),
    ),
  };
  return {
    id: namedId('Product', slug),
    slug,
    title,
    description: `${about} ${shelf.closing}`,
    brand: shelf.brands[lot(`${slug} brand`, shelf.brands.length)] ?? null,
    status: particulars?.status ?? 'PUBLISHED',
    categoryId,
    attributes: Object.entries(facts).map(([name, fact]) => ({ name, value: written(name, fact) })),
    variants: variantsOf(slug, title, cents, choicesOf(slug, shelf)),
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

const category = (name: string, position: number, parent: Category | null): Category => ({
  id: namedId('Category', slugOf(name)),
  slug: slugOf(name),
  name,
  parentId: parent?.id ?? null,
  position,
});

const departments: readonly Department[] = [outdoor, kitchen, home];

/** At least 200 products in a tree of three levels, for `CatalogueImport`. */
export const demoCatalogue = (): CatalogueImport => {
  const categories: Category[] = [];
  const products: Product[] = [];
  for (const [place, { name, aisles }] of departments.entries()) {
    const department = category(name, place, null);
    categories.push(department);
    for (const [aislePlace, [aisleName, shelves]] of Object.entries(aisles).entries()) {
      const aisle = category(aisleName, aislePlace, department);
      categories.push(aisle);
      for (const [shelfPlace, shelf] of shelves.entries()) {
        const leaf = category(shelf.name, shelfPlace, aisle);
        categories.push(leaf);
        products.push(...shelf.products.map((line) => productOf(shelf, leaf.id, line)));
      }
    }
  }
  const variants = products.flatMap((product) => product.variants);
  return { categories, products, initialStock: Object.fromEntries(variants.map(({ id, sku }) => [id, unitsOf(sku)])) };
};

/** For `npm run seed`: imports what is missing of the demo catalogue, and reports how much. */
export const seed = async (databaseUrl: string): Promise<string> => {
  const imported = Object.entries(await importCatalogue(databaseUrl, demoCatalogue())).filter(([, count]) => count > 0);
  return imported.length > 0
    ? `imported ${imported.map(([what, count]) => `${count} ${what}`).join(', ')}`
    : 'nothing to do';
};
