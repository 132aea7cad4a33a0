/** A postal address: what a country needs for one, and how it is kept. How it is printed: label.ts. */
import { oneLine } from '../one-line.ts';
import { type Failure, fail, ok, type Result } from '../result.ts';
import { type CountryRules, rulesOf } from './country-rules.ts';
import { canonicalPhone } from './phone.ts';
import { canonicalPostalCode } from './postal-code.ts';
import { findSubdivision, subdivisionsOf } from './subdivisions.ts';

/** Canonical: NFC, single spaces, codes in capital letters. Absent fields are null, so that rows and answers are the same. */
export interface PostalAddress {
  readonly name: string;
  readonly company: string | null;
  readonly line1: string;
  readonly line2: string | null;
  /** A part of the city: a neighbourhood, a bairro, a colonia. */
  readonly district: string | null;
  /** None where the country is the city. */
  readonly city: string | null;
  /** The code where the country's are listed (`CA`, of ISO 3166-2's `US-CA`), and otherwise whatever was typed. */
  readonly subdivision: string | null;
  readonly postalCode: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** E.164. */
  readonly phone: string | null;
}

export type AddressField = keyof PostalAddress;

export const addressFields = [
  'name',
  'company',
  'line1',
  'line2',
  'district',
  'city',
  'subdivision',
  'postalCode',
  'country',
  'phone',
] as const satisfies readonly AddressField[];

export type AddressFaultReason = 'REQUIRED' | 'TOO_LONG' | 'INVALID_CHARACTERS' | 'INVALID_FORMAT' | 'UNKNOWN';

export interface AddressFault {
  readonly field: AddressField;
  readonly reason: AddressFaultReason;
}

/** As somebody typed it. */
export type TypedAddress = { readonly [F in AddressField]?: string | null | undefined };

/** In code points. */
export const addressLimits = {
  // 80: as a user's display name.
  name: 80,
  company: 100,
  // 100: longer than addresses are. What a carrier's label holds (often 35 a line) is for who prints it to see to.
  line1: 100,
  line2: 100,
  district: 100,
  city: 100,
  subdivision: 100,
  // 16: the longest postal code has 10.
  postalCode: 16,
  country: 2,
  // 40: fifteen digits, however they are grouped.
  phone: 40,
} as const satisfies Record<AddressField, number>;

/** The canonical address, or all that is wrong with what was typed, a fault for each field. */
export const parseAddress = (typed: TypedAddress): Result<PostalAddress, AddressFaults> => {
  const faults = new Map<AddressField, AddressFaultReason>();
  const text = (field: AddressField): string | null => {
    const line = oneLine(typed[field] ?? '', addressLimits[field]);
    if ('text' in line) return line.text || null;
    faults.set(field, line.fault);
    return null;
  };
  const texts = Object.fromEntries(addressFields.map((field) => [field, text(field)])) as Texts;
  const country = texts.country?.toUpperCase() ?? '';
  const rules = rulesOf(country);
  if (!rules) {
    if (!faults.has('country')) faults.set('country', country ? 'UNKNOWN' : 'REQUIRED');
    // Without a country nothing else can be judged but what no country would take.
    for (const field of ['name', 'line1'] as const)
      if (!texts[field] && !faults.has(field)) faults.set(field, 'REQUIRED');
    return faultsOf(faults);
  }
  const address = { ...texts, country, ...canonicalCodes(country, rules, texts, faults) };
  for (const field of requiredFields(country, address.subdivision))
    if (!texts[field] && !faults.has(field)) faults.set(field, 'REQUIRED');
  if (rules.street && texts.line1 && ![texts.line1, texts.line2].some((line) => rules.street?.test(line ?? '')))
    faults.set('line1', 'INVALID_FORMAT');
  // Name and line 1 are there: they are required everywhere.
  return faults.size > 0 ? faultsOf(faults) : ok(address as PostalAddress);
};

type Texts = Readonly<Record<AddressField, string | null>>;
type Faults = Map<AddressField, AddressFaultReason>;

export interface AddressFaults extends Failure<'AddressFaults'> {
  readonly faults: readonly AddressFault[];
}

/** In the order of the form. */
const faultsOf = (faults: Faults) =>
  fail<AddressFaults>({
    kind: 'AddressFaults',
    message: 'The address is incomplete or incorrect.',
    faults: addressFields.flatMap((field) => {
      const reason = faults.get(field);
      return reason ? [{ field, reason }] : [];
    }),
  });

const canonicalCodes = (country: string, rules: CountryRules, texts: Texts, faults: Faults): Partial<Texts> => {
  const codes: Partial<Record<AddressField, string | null>> = {};
  const canonical = (
    field: AddressField,
    reason: AddressFaultReason,
    of: (typed: string) => string | undefined,
  ): void => {
    const typed = texts[field];
    if (!typed) return;
    const code = of(typed);
    if (code === undefined) faults.set(field, reason);
    else codes[field] = code;
  };
  if (subdivisionsOf(country)) canonical('subdivision', 'UNKNOWN', (typed) => findSubdivision(country, typed)?.code);
  canonical('postalCode', 'INVALID_FORMAT', (typed) => canonicalPostalCode(country, rules, typed));
  canonical('phone', 'INVALID_FORMAT', (typed) => canonicalPhone(rules, typed));
  return codes;
};

/** Of a format; `N`, `O` and `A` are there in every country. */
export const fieldOfLetter: Readonly<Record<string, AddressField>> = {
  D: 'district',
  C: 'city',
  S: 'subdivision',
  s: 'subdivision',
  Z: 'postalCode',
};

/** Beside the country. Some subdivisions are a city themselves. */
export const requiredFields = (country: string, subdivision: string | null): readonly AddressField[] => {
  const rules = rulesOf(country);
  const required = [...(rules?.required ?? '')].flatMap((letter) => fieldOfLetter[letter] ?? []);
  const isCity = Boolean(subdivision && rules?.withoutCity?.includes(subdivision));
  return ['name', 'line1', ...required.filter((field) => !(field === 'city' && isCity))];
};
