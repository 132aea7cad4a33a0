/** Which products a collection has: a rule, decided for one product at a time. Pure. */
import { z } from 'zod';
import { CategoryId, ProductId } from '#contracts/ids.ts';
import { Currency } from '#contracts/money.ts';
import { type Attribute, AttributeNumber, type AttributeValue } from './attribute.ts';
import type { FieldFault } from './failures.ts';
import type { Product } from './product.ts';
import { Code, line } from './texts.ts';

// 20 conditions: more than anybody reads in a form; every write of a product looks at all rules.
const mostConditions = 20;
const mostValues = 100;
// 500: who picks more by hand needs an attribute.
export const mostPicked = 500;

const price = z.int().min(0).optional();

export const Condition = z.discriminatedUnion('by', [
  /** In the category or below it. */
  z.object({ by: z.literal('CATEGORY'), categoryId: CategoryId }),
  z.object({ by: z.literal('BRAND'), brands: z.array(line(100)).min(1).max(mostValues) }),
  /** Has one of the values; a text in any language. */
  z.object({
    by: z.literal('ATTRIBUTE'),
    code: Code,
    values: z
      .array(z.union([line(200), AttributeNumber, z.boolean()]))
      .min(1)
      .max(mostValues),
  }),
  /** From `min` to `max`, both included. */
  z.object({
    by: z.literal('ATTRIBUTE_RANGE'),
    code: Code,
    min: AttributeNumber.optional(),
    max: AttributeNumber.optional(),
  }),
  /** A variant on sale has a price in this range, in minor units. */
  z.object({ by: z.literal('PRICE'), currency: Currency, min: price, max: price }),
  /** Picked by hand. */
  z.object({ by: z.literal('PRODUCTS'), productIds: z.array(ProductId).min(1).max(mostPicked) }),
]);
export type Condition = z.infer<typeof Condition>;

export const Rule = z.object({
  match: z.enum(['ALL', 'ANY']),
  conditions: z.array(Condition).min(1).max(mostConditions),
});
export type Rule = z.infer<typeof Rule>;

/** What a rule looks at. */
export interface Candidate {
  readonly product: Pick<Product, 'id' | 'brand' | 'attributes' | 'variants'>;
  /** Its category and those above it. */
  readonly categoryIds: readonly CategoryId[];
}

type Of<By extends Condition['by']> = Extract<Condition, { readonly by: By }>;

interface Range {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}
const isWithin = (value: number, { min = -Infinity, max = Infinity }: Range): boolean => min <= value && value <= max;

const isOneOf = (values: readonly unknown[], has: AttributeValue | undefined): boolean =>
  typeof has === 'object' ? Object.values(has).some((text) => values.includes(text)) : values.includes(has);

const holds: { readonly [By in Condition['by']]: (condition: Of<By>, candidate: Candidate) => boolean } = {
  CATEGORY: ({ categoryId }, { categoryIds }) => categoryIds.includes(categoryId),
  BRAND: ({ brands }, { product }) => product.brand !== null && brands.includes(product.brand),
  ATTRIBUTE: ({ code, values }, { product }) => isOneOf(values, product.attributes[code]),
  ATTRIBUTE_RANGE: ({ code, ...range }, { product }) => {
    const value = product.attributes[code];
    return typeof value === 'number' && isWithin(value, range);
  },
  PRICE: ({ currency, ...range }, { product }) =>
    product.variants.some(({ isArchived, prices }) => {
      const amount = prices[currency];
      return !isArchived && amount !== undefined && isWithin(amount, range);
    }),
  PRODUCTS: ({ productIds }, { product }) => productIds.includes(product.id),
};

const isMet = (condition: Condition, candidate: Candidate): boolean =>
  (holds[condition.by] as (condition: Condition, candidate: Candidate) => boolean)(condition, candidate);

export const matches = ({ match, conditions }: Rule, candidate: Candidate): boolean =>
  match === 'ALL'
    ? conditions.every((condition) => isMet(condition, candidate))
    : conditions.some((condition) => isMet(condition, candidate));

/** What a rule may name. */
export interface Nameable {
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly categories: { has(id: CategoryId): boolean };
  readonly products: { has(id: ProductId): boolean };
}

/** What is wrong with a rule of the right form: names that mean nothing, ranges that nothing is in. */
export const ruleFaults = ({ conditions }: Rule, known: Nameable): FieldFault[] =>
  conditions.flatMap((condition, at) =>
    conditionFaults(condition, known).map((message) => ({ path: `rule.conditions.${at}`, message })),
  );

const conditionFaults = (condition: Condition, known: Nameable): string[] => {
  switch (condition.by) {
    case 'CATEGORY':
      return known.categories.has(condition.categoryId) ? [] : ['names a category that does not exist'];
    case 'BRAND':
      return [];
    case 'ATTRIBUTE':
      return valuesFaults(condition, known.attributes.get(condition.code));
    case 'ATTRIBUTE_RANGE': {
      const attribute = known.attributes.get(condition.code);
      if (!attribute) return [noAttribute(condition.code)];
      return attribute.kind === 'NUMBER' ? rangeFaults(condition) : [`gives a range of ${condition.code}, no number`];
    }
    case 'PRICE':
      return rangeFaults(condition);
    case 'PRODUCTS':
      return condition.productIds
        .filter((id) => !known.products.has(id))
        .map((id) => `names the product ${id}, which does not exist`);
    default:
      return condition satisfies never;
  }
};

const noAttribute = (code: string) => `names the attribute ${code}, which does not exist`;

const rangeFaults = ({ min, max }: Range): string[] => {
  if (min === undefined && max === undefined) return ['gives a range without an end'];
  return min !== undefined && max !== undefined && min > max ? ['gives a range that nothing is in'] : [];
};

const kindOf = { TEXT: 'string', CHOICE: 'string', NUMBER: 'number', BOOLEAN: 'boolean' } as const;

const valuesFaults = ({ code, values }: Of<'ATTRIBUTE'>, attribute: Attribute | undefined): string[] => {
  if (!attribute) return [noAttribute(code)];
  const isValue = (value: string | number | boolean) =>
    typeof value === kindOf[attribute.kind] &&
    (attribute.kind !== 'CHOICE' || attribute.choices.some((choice) => choice.code === value));
  return values.filter((value) => !isValue(value)).map((value) => `names ${value}, which ${code} cannot be`);
};
