/** A product with its variants: one aggregate, written whole. Who sees it. */
import { z } from 'zod';
import { CategoryId, ProductId, VariantId } from '#contracts/ids.ts';
import { Currency } from '#contracts/money.ts';
import { CallerFault } from '#contracts/result.ts';
import { TaxClass } from '#contracts/tax-class.ts';
import { may, type Viewer } from '#contracts/viewer.ts';
import { AttributeValue } from './attribute.ts';
import { Code, line, Name, ProductTexts, Sku, Slug } from './texts.ts';

export const productStatuses = ['DRAFT', 'PUBLISHED', 'ARCHIVED'] as const;
export type ProductStatus = (typeof productStatuses)[number];

/**
 * TRACKED: sold while there are units. BACKORDER: sold beyond them, delivered when they come. UNTRACKED: there are always
 * units (a download, a voucher, made to order).
 */
export const stockPolicies = ['TRACKED', 'BACKORDER', 'UNTRACKED'] as const;
export type StockPolicy = (typeof stockPolicies)[number];

// 100: a product with more choices than that is several products.
export const mostVariants = 100;
// 50: a data sheet of two pages.
const mostAttributes = 50;
// Size, colour, material, and room; a shopper gives up choosing before that.
const mostOptions = 5;
// 100: the shades of a paint; as many as there can be variants.
const mostOptionValues = 100;
// EUR 1,000,000.00 or KRW 100,000,000: a typing error's size; an int column holds twenty times as much.
const highestPrice = 100_000_000;
// A tonne: what is heavier is not sent by parcel.
const heaviestGrams = 1_000_000;

const OptionValue = z.object({ code: Code, name: Name });
export type OptionValue = z.infer<typeof OptionValue>;

/** What the variants of a product differ in, such as size. */
export const ProductOption = z.object({
  code: Code,
  name: Name,
  /** In the order in which they are chosen from. */
  values: z.array(OptionValue).min(1).max(mostOptionValues),
});
export type ProductOption = z.infer<typeof ProductOption>;

/** Per currency, in minor units. */
export const Prices = z.partialRecord(Currency, z.int().min(0).max(highestPrice));
export type Prices = z.infer<typeof Prices>;

export const Variant = z.object({
  id: VariantId,
  sku: Sku,
  title: Name,
  /** Which value of each of the product's options it is, by their codes. */
  options: z.record(Code, Code),
  prices: Prices,
  weightGrams: z.int().min(0).max(heaviestGrams).nullable(),
  requiresShipping: z.boolean(),
  stockPolicy: z.enum(stockPolicies),
  /** Below how many units it is reported as running low; null for the shop's own. */
  lowStockThreshold: z.int().min(0).max(1_000_000).nullable(),
  /** Not for sale any more; orders and stock point at it. */
  isArchived: z.boolean(),
});
export type Variant = z.infer<typeof Variant>;

export const Product = z
  .object({
    id: ProductId,
    slug: Slug,
    texts: ProductTexts,
    brand: line(100).nullable(),
    status: z.enum(productStatuses),
    categoryId: CategoryId,
    taxClass: TaxClass,
    /** By the codes of the attributes. */
    attributes: z
      .record(Code, AttributeValue)
      .refine((values) => Object.keys(values).length <= mostAttributes, `has more than ${mostAttributes} attributes`),
    options: z.array(ProductOption).max(mostOptions),
    /** In the order in which the shop shows them. */
    variants: z.array(Variant).max(mostVariants),
  })
  .superRefine((product, context) => {
    for (const { path, message } of [...repetitionFaults(product), ...optionFaults(product)])
      context.addIssue({ code: 'custom', path, message });
  });
export type Product = z.infer<typeof Product>;

/** As it is stored: each write makes the next version. */
export type StoredProduct = Product & { readonly version: number };

interface Fault {
  readonly path: (string | number)[];
  readonly message: string;
}

const repeated = (values: readonly string[]): string[] => values.filter((value, at) => values.indexOf(value) !== at);

const repetitionFaults = ({ options, variants }: Product): Fault[] => [
  ...repeated(options.map(({ code }) => code)).map((code) => ({ path: ['options'], message: `has ${code} twice` })),
  ...options.flatMap(({ code, values }) =>
    repeated(values.map((value) => value.code)).map((value) => ({
      path: ['options'],
      message: `has ${code} ${value} twice`,
    })),
  ),
  ...repeated(variants.map(({ sku }) => sku)).map((sku) => ({
    path: ['variants'],
    message: `has the sku ${sku} twice`,
  })),
];

/** Each variant on sale has one value of every option, and no other variant has the same ones. */
const optionFaults = ({ options, variants }: Product): Fault[] => {
  const taken = new Set<string>();
  return variants.flatMap(({ options: chosen, isArchived, sku }, at): Fault[] => {
    const path = ['variants', at, 'options'];
    const unknown = Object.keys(chosen).find((code) => !options.some((option) => option.code === code));
    if (unknown) return [{ path, message: `names ${unknown}, which is no option of the product` }];
    for (const { code, values } of options)
      if (!values.some((value) => value.code === chosen[code]))
        return [{ path, message: `of ${sku} has none of the values of ${code}` }];
    if (isArchived || options.length === 0) return [];
    const combination = options.map(({ code }) => chosen[code]).join(' ');
    if (taken.has(combination)) return [{ path, message: `of ${sku} are those of another variant` }];
    taken.add(combination);
    return [];
  });
};

/** What others see of a product in any other status is nothing: it is not found, never "forbidden". */
export const visibleTo = (viewer: Viewer): readonly ProductStatus[] =>
  may(viewer, 'catalogue:read') ? productStatuses : ['PUBLISHED'];

/** The status whose products are listed. Asking for one that the viewer may not see is `FORBIDDEN`. */
export const statusToList = (viewer: Viewer, asked: ProductStatus | null | undefined): ProductStatus => {
  const status = asked ?? 'PUBLISHED';
  if (!visibleTo(viewer).includes(status))
    throw new CallerFault('FORBIDDEN', 'Only staff may list products that are not published.');
  return status;
};
