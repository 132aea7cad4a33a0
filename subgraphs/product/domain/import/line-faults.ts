/** What is wrong with a line of an import, in the names that the file uses: a reason a line, and everything in it. */
import type { LineFault, ProductDocument } from './import-document.ts';

/** As a validator reports it; its path is that of the document. */
export interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Where a document stands: that of a CSV file has a line for each variant. */
export interface Place {
  readonly line: number;
  readonly variantLines?: readonly number[] | undefined;
}

// 10: what somebody mends in one go. A line may have hundreds of variants.
const mostReasons = 10;

export const fault = (line: number, reasons: readonly string[]): LineFault => {
  const each = [...new Set(reasons)];
  const more = each.length > mostReasons ? ` (and ${each.length - mostReasons} more)` : '';
  return { line, kind: 'fault', reason: each.slice(0, mostReasons).join('; ') + more };
};

/** A fault for each line that has issues. `whole` is what an issue of the document as such is one of. */
export const lineFaults = ({ line, variantLines }: Place, issues: readonly Issue[], whole: string): LineFault[] => {
  const lineOf = ({ path: [head, at] }: Issue) =>
    (head === 'variants' ? variantLines?.[Number(at)] : undefined) ?? line;
  return [...Map.groupBy(issues, lineOf)].map(([at, of]) =>
    fault(
      at,
      of.map(
        (issue) => (variantLines && cellReason(issue, whole)) ?? `${fieldOf(issue.path) || whole}: ${issue.message}`,
      ),
    ),
  );
};

/** The issues by the places that variants have in the document; of one that it does not name, by its sku. */
export const issuesOf = (
  document: ProductDocument,
  variants: readonly { readonly sku: string }[],
  issues: readonly Issue[],
): Issue[] =>
  issues.map((issue) => {
    const [head, at, ...rest] = issue.path;
    const sku = head === 'variants' ? variants[Number(at)]?.sku : undefined;
    if (sku === undefined) return issue;
    const given = document.variants.findIndex((variant) => variant.sku === sku);
    return { ...issue, path: [head as string, given < 0 ? sku : given, ...rest] };
  });

/** A file names a category by its slug. */
const fieldOf = (path: readonly PropertyKey[]): string => (path[0] === 'categoryId' ? 'category' : path.join('.'));

const cellReason = ({ path, message }: Issue, whole: string): string =>
  path.length === 1 && path[0] === 'texts'
    ? 'title: is missing, in a column such as title.en'
    : `${columnOf(path) || whole}: ${message}`;

const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const variantColumns: Readonly<Record<string, string>> = { title: 'variant_title', options: 'option', prices: 'price' };

/** The column of a CSV file that a field of a product comes from (adapters/import/csv.ts). */
const columnOf = (path: readonly PropertyKey[]): string => {
  const [head = '', second = '', ...rest] = path.map(String);
  if (head === 'texts') return rest.length > 0 ? `${snake(rest.join('.'))}.${second}` : 'title';
  if (head === 'attributes') return ['attribute', second, ...rest].filter(Boolean).join('.');
  if (head !== 'variants') return snake(fieldOf(path.slice(0, 1)));
  const [field = '', ...detail] = rest;
  return [variantColumns[field] ?? snake(field), ...detail].filter(Boolean).join('.');
};
