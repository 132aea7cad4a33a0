/** What every change of a product by staff has in common: the frame, in which a use case decides what the product becomes. */
import { isDeepStrictEqual } from 'node:util';
import type { ProductId, VariantId } from '#contracts/ids.ts';
import { CallerFault, type Failure, fail, type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import { valueFault } from '../../domain/catalogue/attribute.ts';
import {
  checked,
  type FieldFault,
  type SlugTaken,
  slugTaken,
  type VersionConflict,
  versionConflict,
} from '../../domain/catalogue/failures.ts';
import { Product, type StoredProduct } from '../../domain/catalogue/product.ts';
import {
  type InvalidProduct,
  invalidProduct,
  type NotPublishable,
  notPublishable,
  type SkuTaken,
  skuTaken,
} from '../../domain/catalogue/product-failures.ts';
import { lostForPublishing } from '../../domain/catalogue/publishing.ts';
import type { ScheduledPriceId } from '../../domain/catalogue/scheduled-price.ts';
import { type Deps, NameTaken, type Stores } from '../ports.ts';
import { type Recorded, type StaffCommand, staffChange } from '../staff-change.ts';
import { refreshDerived } from './refresh-products.ts';

export interface ChangeCommand extends StaffCommand {
  /** The version that staff have seen; without it the last writer wins. */
  readonly expectedVersion: number | undefined;
}

/** What is changed; the product is read afterwards, as whoever asked may see it. */
export interface ChangedProduct {
  readonly productId: ProductId;
  readonly variantId?: VariantId;
  readonly scheduledPriceId?: ScheduledPriceId;
}

export type NotWritten = InvalidProduct | SlugTaken | SkuTaken | NotPublishable;
export type NotChanged = NotWritten | VersionConflict | IdempotencyConflict;
/** Of a change that gives no name, and of one that gives no slug. */
export type NotChangedKeepingNames = Exclude<NotChanged, SlugTaken | SkuTaken>;
export type NotChangedKeepingSlug = Exclude<NotChanged, SlugTaken>;

/** What a use case decides: the product as it will be; details for the audit log are ids and codes. */
export interface Decision {
  readonly product: Product;
  readonly details?: Readonly<Record<string, string>>;
  /** What changes beside the product once that is accepted, such as what is scheduled for it. */
  readonly also?: (stores: Stores) => Promise<void>;
  /** What the caller is told of, beside the product. */
  readonly made?: Omit<ChangedProduct, 'productId'>;
}

// 10: of ten products of one title that are made at once, each round names one; each loss is a name that is found the next time.
const mostAttempts = 10;

/** A change of the catalogue that gives names: whoever loses the race for one looks again, and sees whose it is. */
export const catalogueChange = async <C extends StaffCommand, T, F extends Failure>(
  deps: Pick<Deps, 'transaction' | 'newId'>,
  { by, idempotencyKey, ...input }: C,
  action: string,
  work: (change: Recorded) => Promise<Result<T, F>>,
): Promise<Result<T, F | IdempotencyConflict>> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await staffChange(deps, { by, idempotencyKey }, { action, permission: 'catalogue:write', input }, work);
    } catch (error) {
      if (!(error instanceof NameTaken) || attempt === mostAttempts) throw error;
    }
  }
};

/** Finds and locks a product, lets `decide` say what it becomes, writes that if it is sound, and tells everybody. */
export const changeProduct = <C extends ChangeCommand, F extends Failure = never>(
  deps: Pick<Deps, 'transaction' | 'newId' | 'shop'>,
  command: C,
  action: string,
  find: (stores: Stores) => Promise<ProductId | undefined> | ProductId,
  decide: (
    product: StoredProduct,
    stores: Stores,
  ) => Promise<Result<Decision, F | NotWritten>> | Result<Decision, F | NotWritten>,
): Promise<Result<ChangedProduct, F | NotChanged>> =>
  catalogueChange<C, ChangedProduct, F | NotWritten | VersionConflict>(
    deps,
    command,
    action,
    async ({ stores, record }) => {
      const productId = await find(stores);
      const stored = productId && (await stores.catalogue.lockProducts([productId])).get(productId);
      if (!stored) throw new CallerFault('NOT_FOUND', 'There is no such product.');
      const { version, ...before } = stored;
      const conflict = versionConflict(command.expectedVersion, version);
      if (conflict) return fail(conflict);
      const decided = await decide(stored, stores);
      if (!decided.ok) return decided;
      const { product, details, also, made } = decided.value;
      const written = await writeProduct(deps, stores, before, product);
      if (!written.ok) return written;
      await also?.(stores);
      if (written.value || also)
        await record({ subject: { type: 'Product', id: stored.id }, ...(details && { details }) });
      return ok({ productId: stored.id, ...made });
    },
  );

/** Throws where a change fails as it cannot. */
const neverFailsAs =
  <const Kind extends NotWritten['kind']>(...kinds: readonly Kind[]) =>
  async <T, F extends Failure>(result: Promise<Result<T, F>>): Promise<Result<T, Exclude<F, Failure<Kind>>>> => {
    const done = await result;
    if (!done.ok && (kinds as readonly string[]).includes(done.failure.kind))
      throw new Error(`a change that cannot fail as ${done.failure.kind} did: ${done.failure.message}`);
    return done as Result<T, Exclude<F, Failure<Kind>>>;
  };

/** A change that gives no name, and one that gives no slug: nobody can have taken it. */
export const keepingNames = neverFailsAs('SlugTaken', 'SkuTaken');
export const keepingSlug = neverFailsAs('SlugTaken');

/** Checks a product as staff want it, and writes it if it differs. Whether it did. */
export const writeProduct = async (
  { shop }: Pick<Deps, 'shop'>,
  stores: Stores,
  before: Product | undefined,
  given: Product,
): Promise<Result<boolean, NotWritten>> => {
  const { version: _, ...unparsed } = given as Product & { version?: number };
  // Of a new one there is nothing to lock; the attributes and categories that it names must stay as they are looked at.
  if (!before) await stores.catalogue.lockProducts([]);
  const parsed = checked('InvalidProduct', Product, unparsed);
  if (!parsed.ok) return parsed;
  const after = parsed.value;
  if (before && isDeepStrictEqual(before, after)) return ok(false);
  const faults = await placeFaults(stores, before, after);
  if (faults.length > 0) return fail(invalidProduct(...faults));
  const lost = before && (await isForTheShop(stores, after)) ? lostForPublishing(before, after, shop) : [];
  if (lost.length > 0) return fail(notPublishable(lost));
  const taken = await takenName(stores, before, after);
  if (taken) return fail(taken);
  await stores.catalogue.saveProducts([after]);
  await refreshDerived(stores, [after]);
  return ok(true);
};

/** It is there, or it will be without another look at it. */
const isForTheShop = async ({ schedule }: Stores, { id, status }: Product): Promise<boolean> =>
  status === 'PUBLISHED' || (status === 'DRAFT' && (await schedule.publishAt(id)) !== null);

/** What its surroundings do not allow: a category that there is not, a value that no attribute has. */
const placeFaults = async (
  { catalogue }: Stores,
  before: Product | undefined,
  { categoryId, attributes }: Product,
): Promise<FieldFault[]> => {
  const faults: FieldFault[] = [];
  if (categoryId !== before?.categoryId && !(await catalogue.pathsTo([categoryId])).has(categoryId))
    faults.push({ path: 'categoryId', message: 'is no category' });
  if (isDeepStrictEqual(attributes, before?.attributes ?? {})) return faults;
  const byCode = new Map((await catalogue.attributes()).map((attribute) => [attribute.code, attribute]));
  for (const [code, value] of Object.entries(attributes)) {
    const message = valueFault(byCode.get(code), value);
    if (message) faults.push({ path: `attributes.${code}`, message });
  }
  return faults;
};

const takenName = async (
  { catalogue, slugs }: Stores,
  before: Product | undefined,
  { id, slug, variants }: Product,
): Promise<SlugTaken | SkuTaken | undefined> => {
  if (slug !== before?.slug) {
    const owner = (await slugs.owners('PRODUCT', [slug])).get(slug);
    if (owner !== undefined && owner !== id) return slugTaken(slug);
  }
  const skusBefore = new Set(before?.variants.map(({ sku }) => sku));
  const added = variants.filter(({ sku }) => !skusBefore.has(sku));
  if (added.length === 0) return undefined;
  const owners = await catalogue.skuOwners(added.map(({ sku }) => sku));
  const taken = added.find((variant) => (owners.get(variant.sku) ?? variant.id) !== variant.id);
  return taken && skuTaken(taken.sku);
};
