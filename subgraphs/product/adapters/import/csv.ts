/** A catalogue as CSV: a row per variant; rows of one product stand together and repeat its slug. Columns: `help` in ops/import-catalogue.ts. */
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { type CsvError, parse } from 'csv-parse';
import { type Language, languages } from '#contracts/language.ts';
import { type Currency, currencies } from '#contracts/money.ts';
import type { Attribute } from '../../domain/catalogue/attribute.ts';
import { plainly } from '../../domain/catalogue/plain-faults.ts';
import { type ImportLine, type LineFault, ProductDocument } from '../../domain/import/import-document.ts';
import { fault, lineFaults } from '../../domain/import/line-faults.ts';
import { type Kinds, productOf, variantOf } from './csv-cells.ts';
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
      if (error) {
        const cells = Array.isArray(error.record) ? error.record : [];
        skipped.push({ line: Number(error.lines ?? 0) - breaksIn(cells), reason: reasonOf(error) });
      }
      return undefined;
    },
  });
  const text = Readable.toWeb(createReadStream(file))
    .pipeThrough(new TextDecoderStream('utf-8', { fatal: true }) as never)
    .pipeThrough(lineFeeds() as never);
  const source = Readable.fromWeb(text as never);
  source.on('error', (error) => parser.destroy(decodingFault(error)));
  for await (const { record, info } of source.pipe(parser)) {
    yield* skipped.splice(0);
    yield { line: info.lines - breaksIn(Object.values(record)), cells: record };
  }
  yield* skipped;
};

/** Of Windows' line ends those of Unix, in cells too: the parser counts the two characters of one in quotes as two lines. */
const lineFeeds = (): TransformStream<string, string> => {
  // Its other half may begin the next chunk.
  let held = '';
  return new TransformStream({
    transform: (chunk, controller) => {
      const given = held + chunk;
      held = given.endsWith('\r') ? '\r' : '';
      controller.enqueue(given.slice(0, given.length - held.length).replaceAll('\r\n', '\n'));
    },
    flush: (controller) => controller.enqueue(held),
  });
};

/** The parser counts up to where a row ends: with a line break in a cell, that is not where it begins. */
const breaksIn = (cells: readonly string[]): number =>
  cells.reduce((all, value) => all + (value.match(/\r|\n/g)?.length ?? 0), 0);

const reasonOf = (error: CsvError): string =>
  error.code === 'CSV_RECORD_INCONSISTENT_COLUMNS' ? 'does not have as many cells as there are columns' : error.message;

const decodingFault = (error: Error): Error =>
  error instanceof TypeError ? new UnusableFile('it is not UTF-8: save it as "CSV UTF-8"') : error;

const documentOf = function* (rows: readonly Row[], kinds: Kinds, language: Language): Generator<ImportLine> {
  // In order of their lines, so that an import that is cut off goes on behind what it has seen.
  const faults: LineFault[] = [];
  const good: Row[] = [];
  const variants: object[] = [];
  let product: Record<string, unknown> = {};
  const options = new Map<string, Map<string, string>>();
  for (const row of rows) {
    const reasons: string[] = [];
    const own = productOf(row.cells, kinds, language, reasons);
    const { variant, choices } = variantOf(row.cells, reasons);
    if (reasons.length > 0) {
      faults.push(fault(row.line, reasons));
      continue;
    }
    product = { ...own, ...product };
    for (const { option, code, name } of choices) {
      const values = options.get(option) ?? new Map<string, string>();
      options.set(option, values.set(code, values.get(code) ?? name));
    }
    if (variant) variants.push(variant);
    if (variant) good.push(row);
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
  else faults.push(...lineFaults({ line: first.line, variantLines }, parsed.error.issues, 'product'));
  yield* faults.toSorted((a, b) => a.line - b.line);
};
