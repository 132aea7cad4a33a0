import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { CategoryId } from '#contracts/ids.ts';
import { CallerFault } from '#contracts/result.ts';
import { Attribute, mostAttributes, valueFault } from '../../domain/catalogue/attribute.ts';
import { Category, mostCategories, placed } from '../../domain/catalogue/category.ts';
import { Collection, mostCollections } from '../../domain/catalogue/collection.ts';
import { ruleFaults } from '../../domain/catalogue/collection-rule.ts';
import { Product } from '../../domain/catalogue/product.ts';
import { mergedProduct } from '../../domain/catalogue/product-changes.ts';
import { mostUnits } from '../../domain/inventory/stock.ts';
import { receiveOnce } from '../inventory/move-stock.ts';
import type { Deps, Stores } from '../ports.ts';
import { saveAttributes } from '../taxonomy/change-attribute.ts';
import { changedIn, saveTree, treeOf } from '../taxonomy/change-category.ts';
import { nameable, saveCollections } from '../taxonomy/change-collection.ts';
import { refreshDerived } from './refresh-products.ts';

// 50 products a transaction: short locks on a shop that is open, and few round trips.
const batchSize = 50;
/** The receipt that a variant's first units come with. */
export const initialReceipt = 'initial stock';

/** A catalogue from outside: a seed, or another system's export. */
export const CatalogueImport = z.object({
  attributes: z.array(Attribute).max(mostAttributes),
  categories: z.array(Category).max(mostCategories),
  products: z.array(Product).max(100_000),
  collections: z.array(Collection).max(mostCollections),
  /** Units that a variant starts with, by variant id. They are received once, whatever later imports contain. */
  initialStock: z.record(z.string(), z.int().min(0).max(mostUnits)),
});
export type CatalogueImport = z.infer<typeof CatalogueImport>;

export interface ImportReport {
  /** How many of each were new or changed. */
  readonly attributes: number;
  readonly categories: number;
  readonly collections: number;
  readonly products: number;
  readonly receipts: number;
}

/**
 * Imports a catalogue: what is new or changed is written and published, what is the same is left alone, so running it
 * again does nothing. What the import does not name stays as it is. A batch is imported whole or not at all;
 * after a failure, run it again. Throws a `ZodError` or `CallerFault` when the import itself is not sound.
 */
export const importCatalogue =
  ({ transaction }: Deps) =>
  async (given: CatalogueImport): Promise<ImportReport> => {
    const { attributes, categories, collections, products, initialStock } = CatalogueImport.parse(given);
    const report = {
      attributes: await transaction(importAttributes(attributes)),
      categories: await transaction(importCategories(categories)),
      collections: await transaction(importCollections(collections, products)),
      products: 0,
      receipts: 0,
    };
    for (let start = 0; start < products.length; start += batchSize) {
      const batch = products.slice(start, start + batchSize);
      const imported = await transaction(importProducts(batch, initialStock));
      report.products += imported.products;
      report.receipts += imported.receipts;
    }
    return report;
  };

const importAttributes =
  (given: readonly Attribute[]) =>
  async (stores: Stores): Promise<number> => {
    await stores.catalogue.lockImports();
    await stores.taxonomy.lock();
    const stored = new Map((await stores.catalogue.attributes()).map((attribute) => [attribute.code, attribute]));
    const changed = given
      .map((attribute) => ({ ...attribute, id: stored.get(attribute.code)?.id ?? attribute.id }))
      .filter((attribute) => {
        const before = stored.get(attribute.code);
        return !before || !isDeepStrictEqual({ ...attribute, version: before.version }, before);
      });
    await saveAttributes(stores, stored, changed);
    return changed.length;
  };

const importCategories =
  (given: readonly Category[]) =>
  async (stores: Stores): Promise<number> => {
    await stores.catalogue.lockImports();
    await stores.taxonomy.lock();
    const before = await treeOf(stores);
    const after = new Map<CategoryId, Category>([
      ...before,
      ...given.map((category) => [category.id, category] as const),
    ]);
    const changed = changedIn(before, placed([...after.values()].map((category) => Category.parse(category))));
    await saveTree(stores, before, changed);
    return changed.length;
  };

const importCollections =
  (given: readonly Collection[], products: readonly Product[]) =>
  async (stores: Stores): Promise<number> => {
    await stores.catalogue.lockImports();
    await stores.taxonomy.lock();
    const stored = new Map((await stores.taxonomy.collections()).map((collection) => [collection.id, collection]));
    const changed = given.filter(
      (collection) =>
        !isDeepStrictEqual({ version: stored.get(collection.id)?.version, ...collection }, stored.get(collection.id)),
    );
    for (const collection of changed) {
      const known = await nameable(stores, collection.rule);
      // Collections come first, so that the products stand in them when they are published: a rule may name those to come.
      const named = new Set([...known.products, ...products.map(({ id }) => id)]);
      const faults = ruleFaults(collection.rule, { ...known, products: named });
      if (faults.length > 0)
        throw new CallerFault(
          'BAD_USER_INPUT',
          `Collection ${collection.slug}: ${faults.map(({ message }) => message)}.`,
        );
    }
    await saveCollections(stores, stored, changed);
    return changed.length;
  };

const importProducts =
  (given: readonly Product[], initialStock: Readonly<Record<string, number>>) =>
  async (stores: Stores): Promise<Pick<ImportReport, 'products' | 'receipts'>> => {
    const { catalogue } = stores;
    await catalogue.lockImports();
    const stored = await catalogue.lockProducts(given.map(({ id }) => id));
    assertAttributes(given, await catalogue.attributes());
    const changed = given
      .map((product) => mergedProduct(stored.get(product.id), product))
      .filter((product) => product !== undefined);
    await catalogue.saveProducts(changed);
    const receipts = given
      .flatMap(({ variants }) => variants)
      .map(({ id }) => ({ variantId: id, quantity: initialStock[id] ?? 0, reference: initialReceipt }))
      .filter(({ quantity }) => quantity > 0);
    const received = await receiveOnce(stores, receipts);
    await refreshDerived(stores, changed);
    return { products: changed.length, receipts: received };
  };

/** `BAD_USER_INPUT` for a value that the shop's attributes do not allow. */
const assertAttributes = (products: readonly Product[], attributes: readonly Attribute[]): void => {
  const byCode = new Map(attributes.map((attribute) => [attribute.code, attribute]));
  for (const { slug, attributes: values } of products)
    for (const [code, value] of Object.entries(values)) {
      const fault = valueFault(byCode.get(code), value);
      if (fault) throw new CallerFault('BAD_USER_INPUT', `Attribute ${code} of product ${slug} ${fault}.`);
    }
};
