import { describe, expect, it, test } from 'vitest';
import { addressLimits, parseAddress, type TypedAddress } from './address.ts';

const ada = { name: 'Ada Lovelace', line1: 'Main Street 1', city: 'Anywhere' };

describe('an address', () => {
  test.each([
    ['nothing at all', {}, { name: 'REQUIRED', line1: 'REQUIRED', country: 'REQUIRED' }],
    ['no such country', { ...ada, country: 'ZZ' }, { country: 'UNKNOWN' }],
    ['a country by name', { ...ada, country: 'Germany' }, { country: 'TOO_LONG' }],
    ['a country that is a property of every object', { ...ada, country: '__' }, { country: 'UNKNOWN' }],
    [
      'only a name for Germany',
      { name: 'Ada', country: 'DE' },
      { line1: 'REQUIRED', city: 'REQUIRED', postalCode: 'REQUIRED' },
    ],
    ['blanks', { ...ada, city: ' \t\u3000', postalCode: '10117', country: 'DE' }, { city: 'REQUIRED' }],
    [
      'a line break',
      { ...ada, line1: 'Main Street 1\nBerlin', postalCode: '10117', country: 'DE' },
      { line1: 'INVALID_CHARACTERS' },
    ],
    ['a NUL', { ...ada, line2: 'x\u0000', postalCode: '10117', country: 'DE' }, { line2: 'INVALID_CHARACTERS' }],
    [
      'half a surrogate pair',
      { ...ada, company: '\ud83e', postalCode: '10117', country: 'DE' },
      { company: 'INVALID_CHARACTERS' },
    ],
    [
      'a mark that turns the direction',
      { ...ada, name: 'Ada\u202egnp', postalCode: '10117', country: 'DE' },
      { name: 'INVALID_CHARACTERS' },
    ],
    [
      'only what is invisible',
      { ...ada, name: '\u200b', postalCode: '10117', country: 'DE' },
      { name: 'INVALID_CHARACTERS' },
    ],
    [
      '81 code points of a name',
      { ...ada, name: '🦊'.repeat(81), postalCode: '10117', country: 'DE' },
      { name: 'TOO_LONG' },
    ],
    ['a megabyte', { ...ada, line1: 'x'.repeat(1_000_000), postalCode: '10117', country: 'DE' }, { line1: 'TOO_LONG' }],
    ['six digits for five', { ...ada, postalCode: '101170', country: 'DE' }, { postalCode: 'INVALID_FORMAT' }],
    [
      'letters in a Canadian code that none has',
      { ...ada, subdivision: 'ON', postalCode: 'D1A 0A9', country: 'CA' },
      { postalCode: 'INVALID_FORMAT' },
    ],
    [
      'a state of elsewhere',
      { ...ada, subdivision: 'Bavaria', postalCode: '94043', country: 'US' },
      { subdivision: 'UNKNOWN' },
    ],
    [
      'a state that is a property of every object',
      { ...ada, subdivision: 'constructor', postalCode: '94043', country: 'US' },
      { subdivision: 'UNKNOWN' },
    ],
    ['no state', { ...ada, postalCode: '94043', country: 'US' }, { subdivision: 'REQUIRED' }],
    [
      'a Korean lot number',
      { name: '김', line1: '역삼동 737', city: '강남구', subdivision: '서울', postalCode: '06236', country: 'KR' },
      { line1: 'INVALID_FORMAT' },
    ],
    [
      'the six digits of old in Korea',
      { name: '김', line1: '테헤란로 152', city: '강남구', subdivision: '서울', postalCode: '135-984', country: 'KR' },
      { postalCode: 'INVALID_FORMAT' },
    ],
    [
      'a Korean address without its district',
      { name: '김', line1: '테헤란로 152', subdivision: '서울', postalCode: '06236', country: 'KR' },
      { city: 'REQUIRED' },
    ],
    [
      'a telephone number of letters',
      { ...ada, postalCode: '10117', country: 'DE', phone: 'call me' },
      { phone: 'INVALID_FORMAT' },
    ],
    [
      'sixteen digits',
      { ...ada, postalCode: '10117', country: 'DE', phone: '+4930123456789012' },
      { phone: 'INVALID_FORMAT' },
    ],
    [
      'a national number where no calling code is known',
      { ...ada, country: 'KE', phone: '020 222 2181' },
      { phone: 'INVALID_FORMAT' },
    ],
    [
      'several faults',
      { name: ' ', line1: 'x\ry', postalCode: 'nope', country: 'FR' },
      { name: 'REQUIRED', line1: 'INVALID_CHARACTERS', city: 'REQUIRED', postalCode: 'INVALID_FORMAT' },
    ],
  ])('with %s is refused, with a fault for each field', (_, typed: TypedAddress, faults) => {
    const parsed = parseAddress(typed);
    const found = parsed.ok ? [] : parsed.failure.faults.map(({ field, reason }) => [field, reason]);
    expect(Object.fromEntries(found)).toEqual(faults);
  });

  it('may be as long as its limits say, in code points', () => {
    const longest = Object.fromEntries(
      ['name', 'company', 'line1', 'line2', 'district', 'city'].map((field) => [
        field,
        '🦊'.repeat(addressLimits[field as 'name']),
      ]),
    );
    expect(parseAddress({ ...longest, country: 'KE' })).toMatchObject({ ok: true, value: longest });
  });
});
