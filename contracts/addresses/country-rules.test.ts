import { describe, expect, it, test } from 'vitest';
import { addressFields } from './address.ts';
import { countryRules, genericRules, rulesOf } from './country-rules.ts';
import { addressForm } from './label.ts';
import { canonicalPhone } from './phone.ts';
import { subdivisionsOf } from './subdivisions.ts';

describe('the country rules', () => {
  it('are there for the countries that shops ship to', () => {
    const eu = 'AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE';
    const others = 'GB CH NO IS LI US CA AU NZ JP KR CN TW HK SG IN BR MX';
    const missing = `${eu} ${others}`.split(' ').filter((country) => !countryRules[country]);
    expect(missing).toEqual([]);
    expect(Object.keys(countryRules).length).toBeGreaterThanOrEqual(60);
    expect(rulesOf('KE')).toBe(genericRules);
  });

  it('are each about a country that there is, and print what they require', () => {
    for (const [country, { format, latinFormat, required, postalCode }] of Object.entries(countryRules)) {
      expect([country, rulesOf(country)]).toEqual([country, countryRules[country]]);
      for (const printed of [format, latinFormat ?? format])
        for (const letter of `NA${required}`) expect(`${country} ${printed.toUpperCase()}`).toContain(`%${letter}`);
      // A code that has a form of its own and is asked for nowhere would be dead.
      if (postalCode) expect(country + format).toMatch(/%Z|^(GI|VA)/);
    }
  });

  it('have each subdivision once, by code and by name', () => {
    const counts = {
      US: 59,
      CA: 13,
      AU: 8,
      JP: 47,
      KR: 17,
      CN: 31,
      TW: 22,
      IN: 36,
      BR: 27,
      MX: 32,
      IT: 107,
      ES: 52,
      AR: 24,
      IE: 26,
    };
    for (const [country, count] of Object.entries(counts)) {
      const all = subdivisionsOf(country) ?? [];
      expect([country, new Set(all.map(({ code }) => code)).size]).toEqual([country, count]);
      const names = all.flatMap((it) => it.names);
      expect([country, names.length, names.every(Boolean)]).toEqual([country, new Set(names).size, true]);
    }
  });

  it('tell a form what to ask for, in the order of the country', () => {
    const form = addressForm('JP');
    expect(form?.fields.map(({ field, isRequired }) => (isRequired ? `${field}!` : field))).toEqual([
      'postalCode!',
      'subdivision!',
      'city!',
      'district',
      'line1!',
      'line2',
      'company',
      'name!',
      'country!',
      'phone',
    ]);
    expect(form?.subdivisions[12]).toEqual({ code: '13', names: ['東京都', 'Tokyo'] });
    expect(addressForm('DE')?.subdivisions).toEqual([]);
    expect(addressForm('ZZ')).toBeUndefined();
    expect(new Set(addressForm('KE')?.fields.map(({ field }) => field))).toEqual(new Set(addressFields));
  });
});

test.each([
  ['HU', '06 1 234 5678', '+3612345678'],
  ['IT', '06 698', undefined],
  ['IT', '06 698 83731', '+390669883731'],
  ['US', '1-650-253-0000', '+16502530000'],
  ['FR', '0033 1 42 68 53 00', '+33142685300'],
  ['JP', '０３−３２１３−１１１１', '+81332131111'],
  ['GB', '+44 (0)20 7925 0918', '+442079250918'],
  ['GB', '020 7925 0918 ext. 3', undefined],
])('a telephone number of %s, %s, is %s', (country, typed, kept) => {
  expect(canonicalPhone(rulesOf(country) ?? genericRules, typed)).toBe(kept);
});
