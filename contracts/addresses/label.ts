/** How an address is asked for and written in its country. */
import { type AddressField, fieldOfLetter, type PostalAddress, requiredFields } from './address.ts';
import { rulesOf } from './country-rules.ts';
import { type Subdivision, subdivisionsOf } from './subdivisions.ts';

export interface FormField {
  readonly field: AddressField;
  readonly isRequired: boolean;
}

export interface AddressForm {
  readonly country: string;
  readonly fields: readonly FormField[];
  readonly subdivisions: readonly Subdivision[];
}

const fieldsOfLetter: Readonly<Record<string, readonly AddressField[]>> = {
  N: ['name'],
  O: ['company'],
  A: ['line1', 'line2'],
};

/** The fields of a country's addresses in the order of its labels; nothing where there is no such country. */
export const addressForm = (country: string): AddressForm | undefined => {
  const rules = rulesOf(country);
  if (!rules) return undefined;
  const required = new Set<AddressField>(['country', ...requiredFields(country, null)]);
  const printed = [...rules.format.matchAll(/%(.)/g)].flatMap(
    ([, letter = '']) => fieldsOfLetter[letter] ?? fieldOfLetter[letter] ?? [],
  );
  const fields: readonly AddressField[] = [...printed, 'country', 'phone'];
  return {
    country,
    fields: fields.map((field) => ({ field, isRequired: required.has(field) })),
    subdivisions: subdivisionsOf(country) ?? [],
  };
};

// Scripts in which an address runs from the large to the small.
const eastAsianScript = /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/** The subdivision's name, in the script of the address. */
export const subdivisionName = ({ country, subdivision, line1 }: PostalAddress): string | null => {
  const found = subdivision ? subdivisionsOf(country)?.find(({ code }) => code === subdivision) : undefined;
  if (!found) return subdivision;
  const [first = found.code, second = first] = found.names;
  return eastAsianScript.test(first) && !eastAsianScript.test(line1) ? second : first;
};

/** The lines of a label, without the country: its name is written in the language of the country that posts it. */
export const addressLines = (address: PostalAddress): readonly string[] => {
  const rules = rulesOf(address.country);
  if (!rules) return [];
  const format = eastAsianScript.test(address.line1) ? rules.format : (rules.latinFormat ?? rules.format);
  const parts = {
    N: address.name,
    O: address.company,
    A: [address.line1, address.line2].filter(Boolean).join('\n'),
    D: address.district,
    C: address.city,
    S: subdivisionName(address),
    s: address.subdivision,
    Z: address.postalCode,
  };
  return format
    .split('|')
    .flatMap((line) => filledIn(line, parts).split('\n'))
    .filter(Boolean);
};

/** A line of a format: what stands between two parts goes with the second, and is left out at the beginning. */
const filledIn = (line: string, parts: Readonly<Record<string, string | null>>): string => {
  const tokens = [...line.matchAll(/([^%]*)%(.)/g)];
  if (tokens.length === 0) return line;
  return tokens.reduce((text, [, before = '', letter = ''], index) => {
    const part = parts[letter];
    if (!part) return text;
    return text + (index === 0 || text ? before : '') + part;
  }, '');
};
