/** What staff change of the variants of a product, and of their prices. */
import type { ProductId, VariantId } from '#contracts/ids.ts';
import type { Currency } from '#contracts/money.ts';
import { CallerFault, fail, ok, type Result } from '#contracts/result.ts';
import type { Product, Variant } from '../../domain/catalogue/product.ts';
import { invalidProduct } from '../../domain/catalogue/product-failures.ts';
import { type ChosenForm, FormReader, type NameForm, type VariantForm } from '../../domain/catalogue/product-form.ts';
import { withPrice } from '../../domain/catalogue/scheduled-price.ts';
import type { Deps, Stores } from '../ports.ts';
import {
  type ChangeCommand,
  type ChangedProduct,
  changeProduct,
  keepingNames,
  keepingSlug,
  type NotChangedKeepingNames,
  type NotChangedKeepingSlug,
} from './change-product.ts';

type Changed = Promise<Result<ChangedProduct, NotChangedKeepingNames>>;
type Named = Promise<Result<ChangedProduct, NotChangedKeepingSlug>>;

/** A variant never moves to another product, so no lock is needed for the look. */
export const productOf =
  (variantId: VariantId) =>
  async ({ catalogue }: Stores): Promise<ProductId> => {
    const productId = await catalogue.productOf(variantId);
    if (!productId) throw new CallerFault('NOT_FOUND', 'There is no such variant.');
    return productId;
  };

export interface AddVariant extends ChangeCommand {
  readonly productId: ProductId;
  readonly variant: VariantForm;
}

export const addVariant =
  (deps: Deps) =>
  (command: AddVariant): Named =>
    keepingSlug(
      changeProduct(
        deps,
        command,
        'addVariant',
        () => command.productId,
        (product) => {
          const form = new FormReader();
          const variant = form.variant(product.variants.length, deps.newId('Variant'), command.variant);
          if (form.faults.length > 0) return fail(invalidProduct(...form.faults));
          const details = { variantId: variant.id };
          const variants = [...product.variants, variant];
          return ok({ product: { ...product, variants }, details, made: { variantId: variant.id } });
        },
      ),
    );

/** What is left out stays as it is. */
export interface ReviseVariant extends ChangeCommand, Partial<Omit<VariantForm, 'title' | 'options' | 'prices'>> {
  readonly variantId: VariantId;
  readonly title?: NameForm | undefined;
  readonly options?: ChosenForm | undefined;
  /** Its place among the variants, from 0; beyond the last is the last. */
  readonly position?: number | undefined;
}

export const reviseVariant =
  (deps: Deps) =>
  (command: ReviseVariant): Named =>
    keepingSlug(
      changeProduct(deps, command, 'reviseVariant', productOf(command.variantId), (product) => {
        const form = new FormReader();
        const { variantId, title, options, position, sku, weightGrams, requiresShipping, stockPolicy } = command;
        const { lowStockThreshold } = command;
        const path = `variants.${product.variants.findIndex(({ id }) => id === variantId)}`;
        const revised = revisedVariant(product, variantId, position, (variant) => ({
          ...variant,
          ...(sku !== undefined && { sku }),
          ...(weightGrams !== undefined && { weightGrams }),
          ...(requiresShipping !== undefined && { requiresShipping }),
          ...(stockPolicy !== undefined && { stockPolicy }),
          ...(lowStockThreshold !== undefined && { lowStockThreshold }),
          ...(title && { title: form.name(`${path}.title`, title) }),
          ...(options && { options: form.chosen(`${path}.options`, options) }),
        }));
        if (form.faults.length > 0) return fail(invalidProduct(...form.faults));
        return ok({ product: revised, details: { variantId }, made: { variantId } });
      }),
    );

const revisedVariant = <P extends Product>(
  product: P,
  variantId: VariantId,
  position: number | undefined,
  revise: (variant: Variant) => Variant,
): P => {
  const variants = product.variants.map((variant) => (variant.id === variantId ? revise(variant) : variant));
  if (position === undefined) return { ...product, variants };
  const moved = variants.filter(({ id }) => id === variantId);
  return { ...product, variants: variants.filter(({ id }) => id !== variantId).toSpliced(position, 0, ...moved) };
};

export interface ArchiveVariant extends ChangeCommand {
  readonly variantId: VariantId;
  /** False puts it back on sale. */
  readonly isArchived: boolean;
}

/** Takes it from sale. What is reserved of it stays reserved, and is sold: whoever ordered it was promised it. */
export const archiveVariant =
  (deps: Deps) =>
  (command: ArchiveVariant): Changed =>
    keepingNames(
      changeProduct(deps, command, 'archiveVariant', productOf(command.variantId), (product) => {
        const { variantId, isArchived } = command;
        const isChange = product.variants.some(
          (variant) => variant.id === variantId && variant.isArchived !== isArchived,
        );
        const revised = revisedVariant(product, variantId, undefined, (variant) => ({ ...variant, isArchived }));
        return ok({
          product: revised,
          details: { variantId, archived: String(isArchived) },
          ...(isChange && isArchived && { also: ({ schedule }: Stores) => schedule.removePricesOf(variantId) }),
        });
      }),
    );

export interface SetPrice extends ChangeCommand {
  readonly variantId: VariantId;
  readonly currency: Currency;
  /** Null: it is not sold in the currency any more. */
  readonly amount: number | null;
}

/** Whoever has it in a cart, or is just ordering it, is asked again: `PRICE_CHANGED`. */
export const setPrice =
  (deps: Deps) =>
  (command: SetPrice): Changed =>
    keepingNames(
      changeProduct(deps, command, 'setPrice', productOf(command.variantId), (product) => {
        const { variantId, currency, amount } = command;
        const details = { variantId, price: `${currency}:${amount ?? 'none'}` };
        return ok({ product: withPrice(product, { variantId, currency, amount }), details, made: { variantId } });
      }),
    );
