/** What staff type: lists, because GraphQL has no maps. Twice the same key is a fault that a form can show. */
import type { VariantId } from '#contracts/ids.ts';
import type { Language, Localized } from '#contracts/language.ts';
import type { Money } from '#contracts/money.ts';
import { type AttributeValue, isDecimal, notDecimal } from './attribute.ts';
import type { FieldFault } from './failures.ts';
import type { Product, ProductOption, StockPolicy, Variant } from './product.ts';
import type { ProductText } from './texts.ts';

export interface TextForm extends Omit<ProductText, 'description'> {
  readonly language: Language;
  readonly description?: string | undefined;
}
export type NameForm = readonly { readonly language: Language; readonly text: string }[];
export interface AttributeForm {
  readonly code: string;
  readonly text?: NameForm | undefined;
  readonly number?: string | undefined;
  readonly boolean?: boolean | undefined;
  readonly choice?: string | undefined;
}
export interface OptionForm {
  readonly code: string;
  readonly name: NameForm;
  readonly values: readonly { readonly code: string; readonly name: NameForm }[];
}
export type ChosenForm = readonly { readonly code: string; readonly valueCode: string }[];
export interface VariantForm {
  readonly sku: string;
  readonly title: NameForm;
  readonly options: ChosenForm;
  readonly prices: readonly Money[];
  readonly weightGrams: number | null;
  readonly requiresShipping: boolean;
  readonly stockPolicy: StockPolicy;
  readonly lowStockThreshold: number | null;
}

/** Reads forms; what is wrong with them gathers in `faults`. Whether values are sound is for `Product` to say. */
export class FormReader {
  readonly faults: FieldFault[] = [];

  private fault(path: string, message: string) {
    this.faults.push({ path, message });
  }

  private record<K extends string, Entry, V>(
    path: string,
    entries: readonly Entry[],
    read: (entry: Entry) => readonly [K, V],
  ): Record<K, V> {
    const record = new Map<K, V>();
    for (const entry of entries) {
      const [key, value] = read(entry);
      if (record.has(key)) this.fault(path, `has ${key} twice`);
      record.set(key, value);
    }
    return Object.fromEntries(record) as Record<K, V>;
  }

  text({ language: _, title, description = '', seoTitle, seoDescription }: TextForm): ProductText {
    // Nothing is kept of a field that is left out, so that the same text is the same row.
    return { title, description, ...(seoTitle && { seoTitle }), ...(seoDescription && { seoDescription }) };
  }

  texts(forms: readonly TextForm[]): Localized<ProductText> {
    return this.record('texts', forms, (form) => [form.language, this.text(form)]);
  }

  name(path: string, form: NameForm): Localized {
    return this.record(path, form, ({ language, text }) => [language, text]);
  }

  attributes(forms: readonly AttributeForm[]): Product['attributes'] {
    return this.record('attributes', forms, (form) => [form.code, this.attribute(form)]);
  }

  private attribute({ code, text, number, boolean, choice }: AttributeForm): AttributeValue {
    const path = `attributes.${code}`;
    const given = [text, number, boolean, choice].filter((value) => value !== undefined);
    if (given.length !== 1) this.fault(path, 'has exactly one of text, number, boolean and choice');
    if (text !== undefined) return this.name(path, text);
    if (number !== undefined) {
      if (!isDecimal(number)) this.fault(path, notDecimal);
      return Number(number);
    }
    return boolean ?? choice ?? '';
  }

  options(forms: readonly OptionForm[]): ProductOption[] {
    return forms.map(({ code, name, values }, at) => ({
      code,
      name: this.name(`options.${at}.name`, name),
      values: values.map((value, valueAt) => ({
        code: value.code,
        name: this.name(`options.${at}.values.${valueAt}.name`, value.name),
      })),
    }));
  }

  chosen(path: string, form: ChosenForm): Variant['options'] {
    return this.record(path, form, ({ code, valueCode }) => [code, valueCode]);
  }

  variant(at: number, id: VariantId, { title, options, prices, ...form }: VariantForm): Variant {
    const path = `variants.${at}`;
    return {
      ...form,
      id,
      title: this.name(`${path}.title`, title),
      options: this.chosen(`${path}.options`, options),
      prices: this.record(`${path}.prices`, prices, ({ currency, amount }) => [currency, amount]),
      isArchived: false,
    };
  }
}
