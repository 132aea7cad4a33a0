/** What staff change of a product as a whole: its fields and its texts. */
import type { CategoryId, ProductId, VariantId } from '#contracts/ids.ts';
import type { Language } from '#contracts/language.ts';
import { fail, ok, type Result } from '#contracts/result.ts';
import type { TaxClass } from '#contracts/tax-class.ts';
import { invalidProduct } from '../../domain/catalogue/product-failures.ts';
import {
  type AttributeForm,
  type ChosenForm,
  FormReader,
  type OptionForm,
  type TextForm,
} from '../../domain/catalogue/product-form.ts';
import type { Deps } from '../ports.ts';
import {
  type ChangeCommand,
  type ChangedProduct,
  changeProduct,
  keepingNames,
  type NotChanged,
  type NotChangedKeepingNames,
} from './change-product.ts';

/** What is left out stays as it is. */
export interface ReviseProduct extends ChangeCommand {
  readonly productId: ProductId;
  readonly slug?: string | undefined;
  readonly brand?: string | null | undefined;
  readonly categoryId?: CategoryId | undefined;
  readonly taxClass?: TaxClass | undefined;
  readonly attributes?: readonly AttributeForm[] | undefined;
  readonly options?: readonly OptionForm[] | undefined;
  /** A new option needs a value of it in every variant: both are written at once. */
  readonly variantOptions?: readonly { readonly variantId: VariantId; readonly options: ChosenForm }[] | undefined;
}

export const reviseProduct =
  (deps: Deps) =>
  (command: ReviseProduct): Promise<Result<ChangedProduct, NotChanged>> =>
    changeProduct(
      deps,
      command,
      'reviseProduct',
      () => command.productId,
      (product) => {
        const form = new FormReader();
        const { slug, brand, categoryId, taxClass, attributes, options, variantOptions = [] } = command;
        const unknown = variantOptions.find(({ variantId }) => !product.variants.some(({ id }) => id === variantId));
        if (unknown) form.faults.push({ path: 'variantOptions', message: `${unknown.variantId} is no variant of it` });
        const revised = {
          ...product,
          ...(slug !== undefined && { slug }),
          ...(brand !== undefined && { brand }),
          ...(categoryId !== undefined && { categoryId }),
          ...(taxClass !== undefined && { taxClass }),
          ...(attributes !== undefined && { attributes: form.attributes(attributes) }),
          ...(options !== undefined && { options: form.options(options) }),
          variants: product.variants.map((variant, at) => {
            const chosen = variantOptions.find(({ variantId }) => variantId === variant.id);
            return chosen ? { ...variant, options: form.chosen(`variants.${at}.options`, chosen.options) } : variant;
          }),
        };
        return form.faults.length > 0 ? fail(invalidProduct(...form.faults)) : ok({ product: revised });
      },
    );

export interface SetTranslation extends ChangeCommand {
  readonly productId: ProductId;
  readonly text: TextForm;
}

type Translated = Promise<Result<ChangedProduct, NotChangedKeepingNames>>;

/** The whole text of a language, in place of the one that there is. */
export const setTranslation =
  (deps: Deps) =>
  (command: SetTranslation): Translated =>
    keepingNames(
      changeProduct(
        deps,
        command,
        'setTranslation',
        () => command.productId,
        (product) => {
          const { text } = command;
          const texts = { ...product.texts, [text.language]: new FormReader().text(text) };
          return ok({ product: { ...product, texts }, details: { language: text.language } });
        },
      ),
    );

export interface RemoveTranslation extends ChangeCommand {
  readonly productId: ProductId;
  readonly language: Language;
}

/** Never the last one; nor, of a product in the shop, that in the shop's own language. */
export const removeTranslation =
  (deps: Deps) =>
  (command: RemoveTranslation): Translated =>
    keepingNames(
      changeProduct(
        deps,
        command,
        'removeTranslation',
        () => command.productId,
        (product) => {
          const { [command.language]: _, ...texts } = product.texts;
          return ok({ product: { ...product, texts }, details: { language: command.language } });
        },
      ),
    );
