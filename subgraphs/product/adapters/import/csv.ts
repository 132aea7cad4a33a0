/** A catalogue as CSV: a row per variant; rows of one product stand together and repeat its slug. Columns: `help` in ops/import-catalogue.ts. */
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { type CsvError, parse } from 'csv-parse';
import { type Language, languages } from '#contracts/language.ts';
import { type Currency, currencies, minorDigits } from '#contracts/money.ts';
import type { Attribute } from '../../domain/catalogue/attribute.ts';
import { firstFault, plainly } from '../../domain/catalogue/plain-faults.ts';
import { Code, slugOf } from '../../domain/catalogue/texts.ts';
import { type ImportLine, type LineFault, ProductDocument } from '../../domain/import/import-document.ts';
import { longestLine } from './json-lines.ts';

/** What the whole file is refused for. */
export class UnusableFile extends Error {}

interface Row {
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

const perLanguage = ['title', 'description', 'seo_title', 'seo_description', 'variant_title'];
const plain = ['slug', 'status', 'category', 'brand', 'tax_class', 'sku', 'weight_grams', 'requires_shipping'];
const more = ['stock_policy', 'low_stock_threshold', 'is_archived', 'initial_stock'];
const isColumn = (name: string): boolean => {
  const [head = '', detail = '', language] = name.split('.');
  if (detail === '') return [...plain, ...more].includes(head);
  if (perLanguage.includes(head)) return languages.includes(detail as Language) && language === undefined;
  if (head === 'price') return currencies.includes(detail as Currency);
  if (head === 'attribute') return language === undefined || languages.includes(language as Language);
  return head === 'option' && language === undefined;
};

/** An empty cell says nothing: what is stored stays. Throws `UnusableFile` for columns that nobody knows. */
export const readCsv = async function* (
  file: string,
  attributes: readonly Attribute[],
  language: Language,
): AsyncGenerator<ImportLine> {
  const kinds = new Map(attributes.map(({ code, kind }) => [code, kind]));
  let rows: Row[] = [];
  for await (const row of rowsOf(file)) {
    if ('reason' in row) yield { ...row, kind: 'fault' };
    else {
      if (rows.length > 0 && rows[0]?.cells.slug !== row.cells.slug) {
        yield* documentOf(rows, kinds, language);
        rows = [];
      }
      rows.push(row);
    }
  }
  if (rows.length > 0) yield* documentOf(rows, kinds, language);
};

const columnsOf = (header: string[]): string[] => {
  const names = header.map((name) => name.trim());
  const [only = ''] = names;
  // What spreadsheets write where the comma is the decimal sign.
  const separator = names.length === 1 && [';', '\t'].find((sign) => only.includes(sign));
  if (separator)
    throw new UnusableFile(
      `its cells are separated by ${separator === ';' ? 'semicolons' : 'tabs'}: save it with commas`,
    );
  const unknown = names.filter((name) => !isColumn(name));
  if (unknown.length > 0)
    throw new UnusableFile(`there are no columns ${unknown.map((name) => `"${name}"`).join(', ')}`);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice) throw new UnusableFile(`the column ${twice} is there twice`);
  if (!names.includes('slug')) throw new UnusableFile('the column slug is missing');
  return names;
};

const rowsOf = async function* (file: string): AsyncGenerator<Row | { line: number; reason: string }> {
  const skipped: { line: number; reason: string }[] = [];
  const parser = parse({
    columns: columnsOf,
    info: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: longestLine,
    on_skip: (error: CsvError | undefined) => {
      if (error) skipped.push({ line: Number(error.lines ?? 0), reason: reasonOf(error) });
      return undefined;
    },
  });
  const text = Readable.toWeb(createReadStream(file)).pipeThrough(
    new TextDecoderStream('utf-8', { fatal: true }) as never,
  );
  const source = Readable.fromWeb(text as never);
  source.on('error', (error) => parser.destroy(decodingFault(error)));
  for await (const { record, info } of source.pipe(parser)) {
    yield* skipped.splice(0);
    yield { line: info.lines, cells: record };
  }
  yield* skipped;
};

const reasonOf = (error: CsvError): string =>
  error.code === 'CSV_RECORD_INCONSISTENT_COLUMNS' ? 'does not have as many cells as there are columns' : error.message;

const decodingFault = (error: Error): Error =>
  error instanceof TypeError ? new UnusableFile('it is not UTF-8: save it as "CSV UTF-8"') : error;

type Kinds = ReadonlyMap<string, Attribute['kind']>;

const documentOf = function* (rows: readonly Row[], kinds: Kinds, language: Language): Generator<ImportLine> {
  // In order of their lines, so that an import that is cut off goes on behind what it has seen.
  const faults: LineFault[] = [];
  const good: Row[] = [];
  const variants: object[] = [];
  let product: Record<string, unknown> = {};
  const options = new Map<string, Map<string, string>>();
  for (const row of rows) {
    try {
      const own = productOf(row.cells, kinds, language);
      const variant = variantOf(row.cells, options);
      product = { ...own, ...product };
      if (variant) variants.push(variant);
      if (variant) good.push(row);
    } catch (error) {
      if (!(error instanceof CellFault)) throw error;
      faults.push({ line: row.line, kind: 'fault', reason: error.message });
    }
  }
  const [first] = rows;
  if (!first || Object.keys(product).length === 0) return yield* faults;
  const named = [...options].map(([code, values]) => ({
    code,
    name: { [language]: code[0]?.toUpperCase() + code.slice(1) },
    values: [...values].map(([value, name]) => ({ code: value, name: { [language]: name } })),
  }));
  const parsed = ProductDocument.safeParse(
    { ...product, ...(named.length > 0 && { options: named }), variants },
    { error: plainly },
  );
  const variantLines = good.map(({ line }) => line);
  if (parsed.success) yield { line: first.line, kind: 'product', document: parsed.data, variantLines };
  else {
    const [issue] = parsed.error.issues;
    const at = issue?.path[0] === 'variants' ? variantLines[Number(issue.path[1])] : undefined;
    faults.push({ line: at ?? first.line, kind: 'fault', reason: firstFault(parsed.error, 'product') });
  }
  yield* faults.toSorted((a, b) => a.line - b.line);
};

class CellFault extends Error {}

type Cells = Row['cells'];

/** The cells of all columns that begin so, by the rest of their names; empty ones are left out. */
const under = (cells: Cells, head: string): [rest: string, value: string][] =>
  Object.entries(cells).flatMap(([name, value]) =>
    name.startsWith(`${head}.`) && value.trim() !== '' ? [[name.slice(head.length + 1), value.trim()]] : [],
  );

const cell = (cells: Cells, name: string): string | undefined => cells[name]?.trim() || undefined;

const withoutUndefined = (fields: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const productOf = (cells: Cells, kinds: Kinds, language: Language): Record<string, unknown> => {
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
    attributes[code] = attributeValue(`attribute.${name}`, value, kinds.get(code), of, attributes[code]);
  }
  const slug = cell(cells, 'slug');
  if (!slug) throw new CellFault('slug: is empty');
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

const variantOf = (cells: Cells, options: Map<string, Map<string, string>>): object | undefined => {
  const sku = cell(cells, 'sku');
  if (!sku) return undefined;
  const prices = under(cells, 'price').map(([currency, value]) => [currency, amountOf(value, currency as Currency)]);
  const titles = under(cells, 'variant_title');
  const chosen = under(cells, 'option').map(([code, given]) => {
    const [, own, name = given] = /^([a-z0-9-]+)=(.+)$/.exec(given) ?? [];
    const value = own ?? Code.safeParse(slugOf(name)).data;
    if (!value) throw new CellFault(`option.${code}: "${name}" makes no code: write "red=${name}", for example`);
    const values = options.get(code) ?? new Map<string, string>();
    options.set(code, values.set(value, values.get(value) ?? name));
    return [code, value] as const;
  });
  const integer = (name: string) => {
    const value = cell(cells, name);
    return value === undefined ? undefined : numberOf(name, value);
  };
  const boolean = (name: string) => {
    const value = cell(cells, name);
    return value === undefined ? undefined : booleanOf(name, value);
  };
  return withoutUndefined({
    sku,
    title: titles.length > 0 ? Object.fromEntries(titles) : undefined,
    options: chosen.length > 0 ? Object.fromEntries(chosen) : undefined,
    prices: prices.length > 0 ? Object.fromEntries(prices) : undefined,
    weightGrams: integer('weight_grams'),
    requiresShipping: boolean('requires_shipping'),
    stockPolicy: cell(cells, 'stock_policy'),
    lowStockThreshold: integer('low_stock_threshold'),
    isArchived: boolean('is_archived'),
    initialStock: integer('initial_stock'),
  });
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
