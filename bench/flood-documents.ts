/** Documents that are made up to cost memory: each another one, by its number. */

type Document = (n: number) => string;

const many = (count: number, of: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => of(n)).join(' ');

// Under LIMIT_DOCUMENT_BYTES with what stands around it: as much as anybody can have kept.
const most = 15_000;

/** Valid, and within every limit: parsed, validated, planned, executed, and kept wherever something is kept. */
const withinLimits: readonly Document[] = [
  (n) => `{ a${n}: __typename }`,
  (n) => `query Flood${n} { products(first: ${1 + (n % 20)}) { edges { node { a${n}: title slug } } } }`,
  (n) => `${'#\n'.repeat(most / 2)}{ a${n}: __typename }`,
  (n) => `${' '.repeat(most)}{ a${n}: __typename }`,
  (n) => `{ product(slug: "${n}${'x'.repeat(most)}") { id } }`,
  (n) =>
    `{ products(first: 1) { edges { node { a${n}: title ${many(25, (m) => `b${m}: title`)} ${'slug '.repeat(400)} } } } }`,
  (n) =>
    `query Flood${n}($id: ID! = "var_${n}") { categories { slug children { slug name } } variant(id: $id) { sku } }`,
];

// With what JSON makes of it, just under 1 MiB: what HTTP servers commonly read.
const nearlyMebibyte = 1_040_000;

/** Each as dear to read, to parse or to keep as its length can be made. */
const long: readonly Document[] = [
  // In JSON, a line's end takes two bytes.
  (n) => `${'#\n'.repeat(nearlyMebibyte / 3)}{ a${n}: __typename }`,
  (n) => `${' '.repeat(nearlyMebibyte)}{ a${n}: __typename }`,
  (n) => `{ product(slug: "${n}") { id ${'x'.repeat(nearlyMebibyte)} } }`,
  (n) => `{ a${n} ${'{ a '.repeat(nearlyMebibyte / 5)}${'}'.repeat(nearlyMebibyte / 5)} }`,
];

const nth =
  (documents: readonly Document[]): Document =>
  (n) =>
    documents[n % documents.length]?.(n) ?? '';

export const distinctDocument = nth(withinLimits);
export const longDocument = nth(long);
