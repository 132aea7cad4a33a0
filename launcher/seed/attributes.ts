/** The attributes of the demo catalogue, by their English name, in the order in which pages and facets show them. */

interface Attribute {
  readonly kind: 'TEXT' | 'NUMBER' | 'BOOLEAN' | 'CHOICE';
  /** Of a NUMBER. */
  readonly unit?: string;
  /** A list of 50 sizes is no filter. */
  readonly isFilterable?: false;
}

export const attributes: Readonly<Record<string, Attribute>> = {
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
  Guarantee: { kind: 'NUMBER', unit: 'years' },
  'Made in': { kind: 'CHOICE' },
};
