/** The attributes that the demo catalogue's facts are values of. */
import { namedId } from '#contracts/ids.ts';
import type { Attribute, AttributeValue } from '#subgraphs/product/domain/catalogue/attribute.ts';
import { inBoth, slugOf } from './naming.ts';
import type { Fact, Shelf } from './shelf.ts';

interface Form {
  readonly kind: Attribute['kind'];
  /** Of a NUMBER. */
  readonly unit?: string;
  /** Nobody narrows down by a text that is different for every product. */
  readonly isFilterable?: false;
}

/** By their English name, in the order in which pages and facets show them. */
export const attributeForms: Readonly<Record<string, Form>> = {
  Capacity: { kind: 'NUMBER', unit: 'l' },
  Brightness: { kind: 'NUMBER', unit: 'lm' },
  Charging: { kind: 'CHOICE' },
  'Water protection': { kind: 'CHOICE' },
  Fabric: { kind: 'CHOICE' },
  'Packed size': { kind: 'TEXT', isFilterable: false },
  Steel: { kind: 'CHOICE' },
  Hardness: { kind: 'NUMBER', unit: 'HRC' },
  Wood: { kind: 'CHOICE' },
  Handles: { kind: 'CHOICE' },
  Hob: { kind: 'TEXT', isFilterable: false },
  'Filling volume': { kind: 'NUMBER', unit: 'ml' },
  'Dishwasher safe': { kind: 'BOOLEAN' },
  Closure: { kind: 'CHOICE' },
  'Cable length': { kind: 'NUMBER', unit: 'cm' },
  Wax: { kind: 'CHOICE' },
  Lining: { kind: 'CHOICE' },
  'Weight per hook': { kind: 'NUMBER', unit: 'kg' },
  Format: { kind: 'CHOICE' },
  Care: { kind: 'CHOICE' },
  Guarantee: { kind: 'CHOICE' },
  'Made in': { kind: 'CHOICE' },
};

/** A choice can be whatever stands on a shelf. */
export const attributesOf = (shelves: readonly Shelf[]): Attribute[] =>
  Object.entries(attributeForms).map(([name, { kind, unit = null, isFilterable = true }], position) => {
    const values = kind === 'CHOICE' ? new Set(shelves.flatMap(({ facts }) => facts[name] ?? []).map(String)) : [];
    return {
      id: namedId('Attribute', slugOf(name)),
      code: slugOf(name),
      name: inBoth(name),
      kind,
      unit,
      choices: [...values].map((value) => ({ code: slugOf(value), name: inBoth(value) })),
      isFilterable,
      position,
    };
  });

export const attributeValue = (name: string, fact: Fact): AttributeValue => {
  if (typeof fact !== 'string') return fact;
  return attributeForms[name]?.kind === 'CHOICE' ? slugOf(fact) : inBoth(fact);
};
