import { isDeepStrictEqual } from 'node:util';
import type { CategoryId, ProductId, VariantId } from '#contracts/ids.ts';
import { CallerFault } from '#contracts/result.ts';
import { Attribute, valueFault } from '../../domain/catalogue/attribute.ts';
import { Category, placed } from '../../domain/catalogue/category.ts';
import { plainly } from '../../domain/catalogue/plain-faults.ts';
import { Product, type StoredProduct } from '../../domain/catalogue/product.ts';
import { missingForPublishing } from '../../domain/catalogue/publishing.ts';
import {
  attributeAfter,
  categoryAfter,
  type ImportLine,
  type LineFault,
  type ProductDocument,
  productAfter,
} from '../../domain/import/import-document.ts';
import { fault, type Issue, issuesOf, lineFaults } from '../../domain/import/line-faults.ts';
import { initialReceipt } from '../catalogue/import-catalogue.ts';
import { refreshDerived } from '../catalogue/refresh-products.ts';
import { receiveOnce } from '../inventory/move-stock.ts';
import { type Deps, NameTaken, type Stores } from '../ports.ts';
import { saveAttributes, useAgainst } from '../taxonomy/change-attribute.ts';
import { changedIn, saveTree, treeOf } from '../taxonomy/change-category.ts';
import { importCollections } from './import-collections.ts';
import { importPictures, type ProductPictures } from './import-pictures.ts';
import type { BatchResult, ImportBatch } from './ports.ts';

// A name that staff take in the very moment is seen on the second look; a third is for a shop where that happens twice.
const looks = 3;

/**
 * Imports a batch of lines and notes how far the import has come, in one transaction: after a kill it goes on where it was.
 * A line that is at fault is noted with its reason, and the others are imported. What is the same is left alone.
 */
export const importDocuments =
  ({ transaction, newId, shop }: Pick<Deps, 'transaction' | 'newId' | 'shop'>) =>
  async (batch: ImportBatch): Promise<BatchResult> => {
    for (let look = 1; ; look++) {
      try {
        return await transaction((stores) => importBatch(stores, { newId, shop }, batch));
      } catch (error) {
        if (!(error instanceof NameTaken) || look === looks) throw error;
      }
    }
  };

// 30 days: whoever mends a file instead of going on with it has a new one, of another digest.
const importKeptMs = 30 * 24 * 60 * 60 * 1_000;

/** Drops the progress of imports that were cut off and that nobody went on with. */
export const forgetImports =
  ({ transaction }: Pick<Deps, 'transaction'>) =>
  (): Promise<void> =>
    transaction(({ imports, now }) => imports.dropOld(new Date(now.getTime() - importKeptMs)));

const importBatch = async (
  stores: Stores,
  { newId, shop }: Pick<Deps, 'newId' | 'shop'>,
  { source, lines, nextLine }: ImportBatch,
) => {
  await stores.catalogue.lockImports();
  // Before products are locked, as whoever changes the taxonomy does.
  if (lines.some(({ kind }) => kind === 'collection')) await stores.taxonomy.lock();
  const faults: LineFault[] = lines.filter((line) => line.kind === 'fault');
  const changed =
    (await importAttributes(stores, newId, lines, faults)) + (await importCategories(stores, newId, lines, faults));
  const products = await importProducts(stores, { newId, shop }, lines, faults);
  const collections = await importCollections(stores, newId, lines, faults);
  const found = { faults: faults.map(({ line, reason }) => ({ line, reason })) };
  const progress = await stores.imports.advance(source, {
    ...{ nextLine, changed: changed + products.changed + collections, received: products.received },
    ...found,
  });
  return { ...progress, ...found };
};

const importAttributes = async (
  stores: Stores,
  newId: Deps['newId'],
  lines: readonly ImportLine[],
  faults: LineFault[],
): Promise<number> => {
  const { catalogue, taxonomy } = stores;
  const given = lines.filter((line) => line.kind === 'attribute');
  if (given.length === 0) return 0;
  await taxonomy.lock();
  const known = new Map((await catalogue.attributes()).map((attribute) => [attribute.code, attribute]));
  const changed = new Map<string, Attribute>();
  for (const { line, document } of given) {
    const stored = known.get(document.code);
    const parsed = Attribute.safeParse(attributeAfter(document, stored, newId('Attribute')), { error: plainly });
    const use = parsed.success && stored ? await useAgainst(stores, stored, parsed.data) : undefined;
    if (!parsed.success) faults.push(...lineFaults({ line }, parsed.error.issues, 'attribute'));
    else if (use) faults.push(fault(line, [`attribute: ${use.message}`]));
    else if (!isDeepStrictEqual(parsed.data, stored && Attribute.parse(stored)))
      changed.set(document.code, parsed.data);
  }
  await saveAttributes(stores, known, [...changed.values()]);
  return changed.size;
};

const importCategories = async (
  stores: Stores,
  newId: Deps['newId'],
  lines: readonly ImportLine[],
  faults: LineFault[],
): Promise<number> => {
  const given = lines.filter((line) => line.kind === 'category');
  if (given.length === 0) return 0;
  await stores.taxonomy.lock();
  const stored = await treeOf(stores);
  let tree: readonly Category[] = [...stored.values()].map((category) => Category.parse(category));
  for (const { line, document } of given) {
    const bySlug = new Map(tree.map((category) => [category.slug, category]));
    const { parent } = document;
    const parentId = parent == null ? parent : bySlug.get(parent)?.id;
    if (parent != null && !parentId) {
      faults.push(fault(line, [`parent: there is no category ${parent}`]));
      continue;
    }
    const before = bySlug.get(document.slug);
    const parsed = Category.safeParse(categoryAfter(document, before, { id: newId('Category'), parentId }), {
      error: plainly,
    });
    if (!parsed.success) {
      faults.push(...lineFaults({ line }, parsed.error.issues, 'category'));
      continue;
    }
    // First, so that a fault names the category of this line.
    const after = [parsed.data, ...tree.filter((category) => category !== before)];
    const reason = placeFault(after);
    if (reason) faults.push(fault(line, [reason]));
    else tree = after;
  }
  const changed = changedIn(stored, placed(tree));
  await saveTree(stores, stored, changed);
  return changed.length;
};

const placeFault = (tree: readonly Category[]): string | undefined => {
  try {
    placed(tree);
    return undefined;
  } catch (error) {
    if (error instanceof CallerFault) return error.message;
    throw error;
  }
};

const importProducts = async (
  stores: Stores,
  { newId, shop }: Pick<Deps, 'newId' | 'shop'>,
  lines: readonly ImportLine[],
  faults: LineFault[],
): Promise<{ changed: number; received: number }> => {
  const given = lines.filter((line) => line.kind === 'product');
  if (given.length === 0) return { changed: 0, received: 0 };
  const { catalogue } = stores;
  const known = await lookUp(
    stores,
    given.map(({ document }) => document),
  );
  const after = new Map<ProductId, Product>();
  const stock = new Map<VariantId, number>();
  const pictures: ProductPictures[] = [];
  for (const { line, document, variantLines } of given) {
    const id = known.productIds.get(document.slug);
    const stored = id && (after.has(id) ? { ...(after.get(id) as Product), version: 0 } : known.products.get(id));
    const categoryId = document.category === undefined ? undefined : known.categories.get(document.category);
    const named = productAfter(document, {
      product: stored,
      categoryId,
      newProductId: () => newId('Product'),
      newVariantId: () => newId('Variant'),
    });
    const parsed = Product.safeParse(named, { error: plainly });
    const unknown = document.category !== undefined && !categoryId;
    const issues: Issue[] = [
      ...(unknown ? [{ path: ['category'], message: `there is no category ${document.category}` }] : []),
      ...(parsed.success
        ? productIssues(parsed.data, known, shop)
        : unparsedIssues(document, parsed.error.issues, known)),
    ];
    // Of an unknown category nothing is missing but itself; a variant without a title has that of its product.
    const isNameless = issues.some(({ path }) => path.join() === 'texts');
    const follows = ({ path: [head, , field] }: Issue) =>
      (unknown && head === 'categoryId') || (isNameless && head === 'variants' && field === 'title');
    const found = issues.filter((issue) => !follows(issue));
    if (!parsed.success || found.length > 0) {
      faults.push(...lineFaults({ line, variantLines }, issuesOf(document, named.variants, found), 'product'));
      continue;
    }
    const product = parsed.data;
    known.productIds.set(document.slug, product.id);
    for (const { id: variantId, sku } of product.variants) {
      known.skus.set(sku, product.id);
      const units = document.variants.find((variant) => variant.sku === sku)?.initialStock ?? 0;
      if (units > 0) stock.set(variantId, units);
    }
    if (!isDeepStrictEqual(product, withoutVersion(stored))) after.set(product.id, product);
    if (document.pictures) pictures.push({ productId: product.id, line, pictures: document.pictures });
  }
  await catalogue.saveProducts([...after.values()]);
  await refreshDerived(stores, [...after.values()]);
  const { changed, missing } = await importPictures(stores, pictures);
  faults.push(...missing.flatMap(({ line, issues }) => lineFaults({ line }, issues, 'product')));
  const receipts = [...stock].map(([variantId, quantity]) => ({ variantId, quantity, reference: initialReceipt }));
  return { changed: new Set([...changed, ...after.keys()]).size, received: await receiveOnce(stores, receipts) };
};

const withoutVersion = (product: StoredProduct | undefined): Product | undefined => {
  if (!product) return undefined;
  const { version: _, ...rest } = product;
  return rest;
};

/** Everything that the documents name, each kind in one statement; the products locked. */
const lookUp = async ({ catalogue, slugs, imports }: Stores, documents: readonly ProductDocument[]) => {
  const owners = await slugs.owners(
    'PRODUCT',
    documents.map(({ slug }) => slug),
  );
  const productIds = owners as ReadonlyMap<string, ProductId>;
  const skus = documents.flatMap(({ variants }) => variants.map(({ sku }) => sku));
  return {
    productIds: new Map(productIds),
    products: await catalogue.lockProducts([...new Set(productIds.values())]),
    categories: new Map<string, CategoryId>((await catalogue.categories()).map(({ slug, id }) => [slug, id])),
    attributes: new Map((await catalogue.attributes()).map((attribute) => [attribute.code, attribute])),
    skus: new Map(await imports.productsOfSkus(skus)),
  };
};

type KnownAttributes = ReadonlyMap<string, Attribute>;

const attributeIssues = (values: Product['attributes'], attributes: KnownAttributes): Issue[] =>
  Object.entries(values).flatMap(([code, value]) => {
    const message = valueFault(attributes.get(code), value);
    return message ? [{ path: ['attributes', code], message }] : [];
  });

/** Of a value that its attribute cannot have, that is the reason, and not that it is no value of another kind either. */
const unparsedIssues = (
  document: ProductDocument,
  issues: readonly Issue[],
  { attributes }: { readonly attributes: KnownAttributes },
): Issue[] => {
  const wrong = attributeIssues(document.attributes ?? {}, attributes);
  const isTold = ({ path: [head, code] }: Issue) => head === 'attributes' && wrong.some((one) => one.path[1] === code);
  return [...issues.filter((issue) => !isTold(issue)), ...wrong];
};

const productIssues = (
  product: Product,
  { skus, attributes }: Pick<Awaited<ReturnType<typeof lookUp>>, 'skus' | 'attributes'>,
  shop: Deps['shop'],
): Issue[] => {
  const taken = product.variants.flatMap(({ sku }, at) =>
    skus.has(sku) && skus.get(sku) !== product.id
      ? [{ path: ['variants', at, 'sku'], message: `${sku} is another product's` }]
      : [],
  );
  const wrong = attributeIssues(product.attributes, attributes);
  const missing = product.status === 'PUBLISHED' ? missingForPublishing(product, shop) : [];
  const lacks = {
    NO_TEXT: `it has no title in ${shop.language}`,
    NO_VARIANT: 'it has no variant that is sold',
    NO_PRICE: `no variant has a price in ${shop.currency}`,
  };
  const unpublishable = {
    path: ['status'],
    message: `cannot be PUBLISHED: ${missing.map((one) => lacks[one]).join(', ')}`,
  };
  return [...taken, ...wrong, ...(missing.length > 0 ? [unpublishable] : [])];
};
