/** From the inputs of mutations to the forms of the domain: languages as we write them, and nothing for what is left out. */
import type {
  AttributeForm,
  ChosenForm,
  NameForm,
  OptionForm,
  TextForm,
  VariantForm,
} from '../domain/catalogue/product-form.ts';
import { languageOf } from './language.ts';
import type {
  LocalizedTextInput,
  ProductAttributeInput,
  ProductOptionInput,
  ProductTextInput,
  VariantInput,
  VariantOptionInput,
} from './types.generated.ts';

export const nameForm = (texts: readonly LocalizedTextInput[]): NameForm =>
  texts.map(({ language, text }) => ({ language: languageOf(language), text }));

export const textForm = ({ language, title, description, seoTitle, seoDescription }: ProductTextInput): TextForm => ({
  ...{ language: languageOf(language), title, description },
  ...(seoTitle != null && { seoTitle }),
  ...(seoDescription != null && { seoDescription }),
});

export const attributeForms = (attributes: readonly ProductAttributeInput[]): AttributeForm[] =>
  attributes.map(({ code, text, number, boolean, choice }) => ({
    code,
    ...(text != null && { text: nameForm(text) }),
    ...(number != null && { number }),
    ...(boolean != null && { boolean }),
    ...(choice != null && { choice }),
  }));

export const optionForms = (options: readonly ProductOptionInput[]): OptionForm[] =>
  options.map(({ code, name, values }) => ({
    ...{ code, name: nameForm(name) },
    values: values.map((value) => ({ code: value.code, name: nameForm(value.name) })),
  }));

export const chosenForm = (options: readonly VariantOptionInput[]): ChosenForm =>
  options.map(({ code, valueCode }) => ({ code, valueCode }));

// What the schema gives a default is never absent, but may be to the types.
export const variantForm = ({ sku, title, options = [], prices = [], ...input }: VariantInput): VariantForm => ({
  ...{ sku, title: nameForm(title), options: chosenForm(options) },
  prices: prices.map(({ amount, currency }) => ({ amount, currency })),
  weightGrams: input.weightGrams ?? null,
  requiresShipping: input.requiresShipping ?? true,
  stockPolicy: input.stockPolicy ?? 'TRACKED',
  lowStockThreshold: input.lowStockThreshold ?? null,
});

/** For a field that stays as it is when it is left out, and cannot be removed. */
export const given = <Name extends string, V>(name: Name, value: V | null | undefined): { [N in Name]?: V } =>
  (value == null ? {} : { [name]: value }) as { [N in Name]?: V };
