/** The cells of a row of CSV, as fields of a product and of a variant. */
import type { Language } from '#contracts/language.ts';
import { type Currency, minorDigits } from '#contracts/money.ts';
import type { Attribute } from '../../domain/catalogue/attribute.ts';
import { Code, slugOf } from '../../domain/catalogue/texts.ts';

class CellFault extends Error {}

/** What is made of a cell; of one at fault nothing, and its reason is noted: a row is read to its end. */
const read = <T>(reasons: string[], from: () => T): T | undefined => {
  try {
    return from();
  } catch (error) {
    if (!(error instanceof CellFault)) throw error;
    reasons.push(error.message);
    return undefined;
  }
};

type Cells = Readonly<Record<string, string>>;

export type Kinds = ReadonlyMap<string, Attribute['kind']>;

/** The cells of all columns that begin so, by the rest of their names; empty ones are left out. */
const under = (cells: Cells, head: string): [rest: string, value: string][] =>
  Object.entries(cells).flatMap(([name, value]) =>
    name.startsWith(`${head}.`) && value.trim() !== '' ? [[name.slice(head.length + 1), value.trim()]] : [],
  );

const cell = (cells: Cells, name: string): string | undefined => cells[name]?.trim() || undefined;

const withoutUndefined = (fields: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

export const productOf = (
  cells: Cells,
  kinds: Kinds,
  language: Language,
  reasons: string[],
): Record<string, unknown> => {
  const fields = {
    title: 'title',
    description: 'description',
    seo_title: 'seoTitle',
    seo_description: 'seoDescription',
  };
  const texts: Record<string, Record<string, string>> = {};
  for (const [column, field] of Object.entries(fields))
    for (const [code, value] of under(cells, column)) texts[code] = { ...texts[code], [field]: value };
  for (const text of Object.values(texts)) if (text.title) text.description ??= '';
  const attributes: Record<string, unknown> = {};
  for (const [name, value] of under(cells, 'attribute')) {
    const [code = '', of = language] = name.split('.');
    attributes[code] = read(reasons, () =>
      attributeValue(`attribute.${name}`, value, kinds.get(code), of, attributes[code]),
    );
  }
  const slug = cell(cells, 'slug');
  if (!slug) reasons.push('slug: is empty');
  return withoutUndefined({
    slug,
    texts: Object.keys(texts).length > 0 ? texts : undefined,
    brand: cell(cells, 'brand'),
    status: cell(cells, 'status'),
    category: cell(cells, 'category'),
    taxClass: cell(cells, 'tax_class'),
    attributes: Object.keys(attributes).length > 0 ? attributes : undefined,
  });
};

const attributeValue = (
  column: string,
  value: string,
  kind: Attribute['kind'] | undefined,
  language: string,
  before: unknown,
) => {
  switch (kind) {
    case undefined:
      throw new CellFault(`${column}: is not an attribute of this shop`);
    case 'TEXT':
      return { ...Object(before), [language]: value };
    case 'NUMBER':
      return numberOf(column, value);
    case 'BOOLEAN':
      return booleanOf(column, value);
    case 'CHOICE':
      return value;
    default:
      return kind satisfies never;
  }
};

export interface Choice {
  readonly option: string;
  readonly code: string;
  readonly name: string;
}

export const variantOf = (
  cells: Cells,
  reasons: string[],
): { readonly variant: object | undefined; readonly choices: readonly Choice[] } => {
  const sku = cell(cells, 'sku');
  if (!sku) return { variant: undefined, choices: [] };
  const prices = under(cells, 'price').map(([currency, value]) => [
    currency,
    read(reasons, () => amountOf(value, currency as Currency)),
  ]);
  const titles = under(cells, 'variant_title');
  const choices = under(cells, 'option').flatMap(
    ([option, given]) => read(reasons, () => choiceOf(option, given)) ?? [],
  );
  const parsed = <T>(name: string, parse: (name: string, value: string) => T): T | undefined => {
    const value = cell(cells, name);
    return value === undefined ? undefined : read(reasons, () => parse(name, value));
  };
  const variant = withoutUndefined({
    sku,
    title: titles.length > 0 ? Object.fromEntries(titles) : undefined,
    options: choices.length > 0 ? Object.fromEntries(choices.map(({ option, code }) => [option, code])) : undefined,
    prices: prices.length > 0 ? Object.fromEntries(prices) : undefined,
    weightGrams: parsed('weight_grams', numberOf),
    requiresShipping: parsed('requires_shipping', booleanOf),
    stockPolicy: cell(cells, 'stock_policy'),
    lowStockThreshold: parsed('low_stock_threshold', numberOf),
    isArchived: parsed('is_archived', booleanOf),
    initialStock: parsed('initial_stock', numberOf),
  });
  return { variant, choices };
};

/** `Red` is the value `red`; `red=Rot` says which code it has. */
const choiceOf = (option: string, given: string): Choice => {
  const [, own, name = given] = /^([a-z0-9-]+)=(.+)$/.exec(given) ?? [];
  const code = own ?? Code.safeParse(slugOf(name)).data;
  if (!code) throw new CellFault(`option.${option}: "${name}" makes no code: write "red=${name}", for example`);
  return { option, code, name };
};

const numberOf = (column: string, value: string): number => {
  if (!/^-?\d+(\.\d+)?$/.test(value)) throw new CellFault(`${column}: "${value}" is not a number`);
  return Number(value);
};

const booleanOf = (column: string, value: string): boolean => {
  // Spreadsheets write TRUE.
  const given = value.toLowerCase();
  if (given !== 'true' && given !== 'false') throw new CellFault(`${column}: "${value}" is neither true nor false`);
  return given === 'true';
};

/** `12.90` in EUR is 1290, `12900` in KRW is 12900. Exact: no float is multiplied. */
const amountOf = (value: string, currency: Currency): number => {
  const digits = minorDigits[currency];
  const [, whole, fraction = ''] = /^(\d{1,9})(?:\.(\d+))?$/.exec(value) ?? [];
  if (whole === undefined || fraction.length > digits)
    throw new CellFault(`price.${currency}: "${value}" is not an amount such as ${digits > 0 ? '12.90' : '12900'}`);
  return Number(whole + fraction.padEnd(digits, '0'));
};
