import type { CategoryId, ProductId } from '#contracts/ids.ts';
import { fail, type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import type { TaxClass } from '#contracts/tax-class.ts';
import type { SlugTaken } from '../../domain/catalogue/failures.ts';
import { type InvalidProduct, invalidProduct, type SkuTaken } from '../../domain/catalogue/product-failures.ts';
import {
  type AttributeForm,
  FormReader,
  type OptionForm,
  type TextForm,
  type VariantForm,
} from '../../domain/catalogue/product-form.ts';
import { slugOf } from '../../domain/catalogue/texts.ts';
import { type Deps, NameTaken, type Stores } from '../ports.ts';
import type { StaffCommand } from '../staff-change.ts';
import { type ChangedProduct, catalogueChange, type NotWritten, writeProduct } from './change-product.ts';

export interface ProductForm {
  /** Made from the title without one. */
  readonly slug: string | undefined;
  readonly texts: readonly TextForm[];
  readonly brand: string | null;
  readonly categoryId: CategoryId;
  readonly taxClass: TaxClass;
  readonly attributes: readonly AttributeForm[];
  readonly options: readonly OptionForm[];
  readonly variants: readonly VariantForm[];
}

type CreateProduct = StaffCommand & ProductForm;

/** A new product, as a draft. */
export const createProduct =
  (deps: Deps) =>
  (
    command: CreateProduct,
  ): Promise<Result<ChangedProduct, InvalidProduct | SlugTaken | SkuTaken | IdempotencyConflict>> =>
    catalogueChange<CreateProduct, ChangedProduct, InvalidProduct | SlugTaken | SkuTaken>(
      deps,
      command,
      'createProduct',
      async ({ stores, record }) => {
        const { slug, texts, attributes, options, variants, brand, categoryId, taxClass } = command;
        const form = new FormReader();
        const id: ProductId = deps.newId('Product');
        const product = {
          ...{ id, status: 'DRAFT' as const, brand, categoryId, taxClass },
          texts: form.texts(texts),
          attributes: form.attributes(attributes),
          options: form.options(options),
          variants: variants.map((variant, at) => form.variant(at, deps.newId('Variant'), variant)),
        };
        const title = product.texts[deps.shop.language]?.title ?? texts[0]?.title ?? '';
        // Of a title that is missing the title is what is wrong, not the slug.
        const name = slug ?? (title.trim() === '' ? 'untitled' : await freeSlug(stores, title));
        if (name === undefined) form.faults.push({ path: 'slug', message: 'cannot be made from the title' });
        if (form.faults.length > 0) return fail(invalidProduct(...form.faults));
        const written = await writeProduct(deps, stores, undefined, { ...product, slug: name ?? '' });
        if (!written.ok) {
          // Nobody asked for this slug: somebody took it between the two looks, so the next round finds another.
          if (slug === undefined && written.failure.kind === 'SlugTaken' && written.failure.slug !== exhausted(title))
            throw new NameTaken(`the slug ${written.failure.slug} was free a moment ago`);
          return fail(neverPublished(written.failure));
        }
        await record({ subject: { type: 'Product', id } });
        return ok({ productId: id });
      },
    );

const neverPublished = (failure: NotWritten) => {
  if (failure.kind === 'NotPublishable') throw new Error('a new product is a draft');
  return failure;
};

// The title alone, or with 2 to 20: of twenty products of one title the next needs a better one.
const suffixes = ['', ...Array.from({ length: 19 }, (_, n) => `-${n + 2}`)];

/** Made from the title; with a number when other products have, or had, that slug. */
const freeSlug = async ({ slugs }: Stores, title: string): Promise<string | undefined> => {
  const base = slugOf(title);
  if (base === undefined) return undefined;
  const candidates = suffixes.map((suffix) => `${base}${suffix}`);
  const owners = await slugs.owners('PRODUCT', candidates);
  return candidates.find((candidate) => !owners.has(candidate)) ?? exhausted(title);
};

/** What is said to be taken when everything is: the last of the candidates. */
const exhausted = (title: string): string => `${slugOf(title)}${suffixes.at(-1)}`;
