/** What products can be described by: the shop defines its attributes once, products have values of them. */
import { z } from 'zod';
import { AttributeId } from '#contracts/ids.ts';
import type { FieldFault } from './failures.ts';
import { Code, everywhere, line, Name } from './texts.ts';

export const attributeKinds = ['TEXT', 'NUMBER', 'BOOLEAN', 'CHOICE'] as const;
export type AttributeKind = (typeof attributeKinds)[number];

// 200: what a list of brands or countries comes to; nobody picks from a longer one.
const mostChoices = 200;

const AttributeChoice = z.object({ code: Code, name: Name });
export type AttributeChoice = z.infer<typeof AttributeChoice>;

export const Attribute = z.object({
  id: AttributeId,
  code: Code,
  name: Name,
  kind: z.enum(attributeKinds),
  /** Of a NUMBER, such as `g`; the same in every language. */
  unit: line(20).nullable(),
  /** Of a CHOICE; a value is the code of one. */
  choices: z.array(AttributeChoice).max(mostChoices),
  /** Whether shoppers narrow down a search by it. */
  isFilterable: z.boolean(),
  /** Order in which a product shows its attributes. */
  position: z.int().min(0).max(10_000),
});
export type Attribute = z.infer<typeof Attribute>;

/** As it is stored: each write makes the next version. */
export type StoredAttribute = Attribute & { readonly version: number };

// 500: what an import may have. A product has 50 at most.
export const mostAttributes = 500;

/** What an attribute of its kind cannot be. */
export const attributeFaults = ({ kind, unit, choices }: Attribute): FieldFault[] => {
  const codes = choices.map(({ code }) => code);
  return [
    ...(unit !== null && kind !== 'NUMBER' ? [{ path: 'unit', message: 'is for a NUMBER' }] : []),
    ...(choices.length > 0 !== (kind === 'CHOICE')
      ? [{ path: 'choices', message: kind === 'CHOICE' ? 'are missing' : 'are for a CHOICE' }]
      : []),
    ...codes
      .filter((code, at) => codes.indexOf(code) !== at)
      .map((code) => ({ path: 'choices', message: `have ${code} twice` })),
  ];
};

// 15 digits are those that a double keeps; of parts smaller than a millionth it would write an exponent.
const decimal = /^-?\d{1,15}(\.\d{1,6})?$/;
export const isDecimal = (text: string): boolean => decimal.test(text);
export const notDecimal = 'is not a decimal number with at most 15 digits before the point and 6 behind it';

/** One that is written as it is read, whichever way it comes in. */
export const AttributeNumber = z
  .number()
  // -0 is stored as 0, and would be a change each time.
  .overwrite((value) => value || 0)
  .refine((value) => isDecimal(String(value)), notDecimal);

/** By the kind of its attribute: a text in several languages, a number, a boolean, or the code of a choice. */
export const AttributeValue = z.union([Name, AttributeNumber, z.boolean(), Code]);
export type AttributeValue = z.infer<typeof AttributeValue>;

const fits: Readonly<Record<AttributeKind, (value: AttributeValue, attribute: Attribute) => boolean>> = {
  TEXT: (value) => typeof value === 'object',
  NUMBER: (value) => typeof value === 'number',
  BOOLEAN: (value) => typeof value === 'boolean',
  CHOICE: (value, { choices }) => choices.some(({ code }) => code === value),
};

/** What is wrong with a value; `undefined` when it is one that the attribute can have. */
export const valueFault = (attribute: Attribute | undefined, value: AttributeValue): string | undefined => {
  if (!attribute) return 'is not an attribute of this shop';
  if (fits[attribute.kind](value, attribute)) return undefined;
  return attribute.kind === 'CHOICE' ? 'is not one of the choices' : `is not a ${attribute.kind.toLowerCase()}`;
};

const yes: Name = { en: 'Yes', ko: '예' };
const no: Name = { en: 'No', ko: '아니요' };

/** A value as people read it; a choice that is gone, by its code. */
/** A range of an attribute that is a number; both ends are included, and an end that is not given is open. */
export const shownRange = (
  { unit }: Attribute,
  { min, max }: { readonly min: number | undefined; readonly max: number | undefined },
): string => {
  const numbers = min === undefined ? `≤ ${max}` : max === undefined ? `≥ ${min}` : `${min} – ${max}`;
  return unit ? `${numbers} ${unit}` : numbers;
};

export const shownValue = ({ unit, choices }: Attribute, value: AttributeValue): Name => {
  switch (typeof value) {
    case 'object':
      return value;
    case 'number':
      return everywhere(unit ? `${value} ${unit}` : String(value));
    case 'boolean':
      return value ? yes : no;
    case 'string':
      return choices.find(({ code }) => code === value)?.name ?? everywhere(value);
    default:
      return value satisfies never;
  }
};
