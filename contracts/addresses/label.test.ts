import { expect, test } from 'vitest';
import { parseAddress, type TypedAddress } from './address.ts';
import { addressLines } from './label.ts';

const ada = { name: 'Ada Lovelace', line1: 'Main Street 1', city: 'Anywhere' };

/** One of each country with something of its own, as people type it; then as it is kept, and how it is written. */
const examples: readonly (readonly [string, TypedAddress, TypedAddress, readonly string[]])[] = [
  [
    'Germany',
    {
      name: 'Zoe\u0308 Groß',
      company: 'Agora GmbH',
      line1: '  Unter den  Linden 77',
      postalCode: 'D-10117',
      city: 'Berlin',
      country: 'de',
      phone: '030 / 123-4567',
    },
    {
      name: 'Zoë Groß',
      line1: 'Unter den Linden 77',
      postalCode: '10117',
      country: 'DE',
      phone: '+49301234567',
      line2: null,
    },
    ['Zoë Groß', 'Agora GmbH', 'Unter den Linden 77', '10117 Berlin'],
  ],
  [
    'the United Kingdom',
    {
      name: 'Ada Lovelace',
      line1: '10 Downing St',
      city: 'London',
      postalCode: 'sw1a2aa',
      country: 'GB',
      phone: '+44 (0)20 7925 0918',
    },
    { postalCode: 'SW1A 2AA', phone: '+442079250918' },
    ['Ada Lovelace', '10 Downing St', 'London', 'SW1A 2AA'],
  ],
  [
    'the United States',
    {
      name: 'Grace Hopper',
      line1: '1600 Amphitheatre Pkwy',
      line2: 'Bldg 43',
      city: 'Mountain View',
      subdivision: 'california',
      postalCode: '940431351',
      country: 'US',
      phone: '(650) 253-0000',
    },
    { subdivision: 'CA', postalCode: '94043-1351', phone: '+16502530000' },
    ['Grace Hopper', '1600 Amphitheatre Pkwy', 'Bldg 43', 'Mountain View, CA 94043-1351'],
  ],
  [
    'Canada',
    {
      name: 'A',
      line1: '111 Wellington St',
      city: 'Ottawa',
      subdivision: 'CA-ON',
      postalCode: 'k1a-0a9',
      country: 'CA',
    },
    { subdivision: 'ON', postalCode: 'K1A 0A9' },
    ['A', '111 Wellington St', 'Ottawa ON K1A 0A9'],
  ],
  [
    'Korea, in Korean',
    {
      name: '김민준',
      line1: '테헤란로 152',
      line2: '강남파이낸스센터 12층',
      city: '강남구',
      subdivision: '서울',
      postalCode: '０６２３６',
      country: 'KR',
      phone: '010-1234-5678',
    },
    { subdivision: '11', postalCode: '06236', phone: '+821012345678' },
    ['서울특별시 강남구', '테헤란로 152', '강남파이낸스센터 12층', '김민준', '06236'],
  ],
  [
    'Korea, in Latin letters',
    {
      name: 'Minjun Kim',
      line1: '12, Gangnam-daero 98-gil',
      city: 'Gangnam-gu',
      subdivision: 'KR-11',
      postalCode: '06123',
      country: 'KR',
    },
    { subdivision: '11' },
    ['Minjun Kim', '12, Gangnam-daero 98-gil', 'Gangnam-gu', 'Seoul', '06123'],
  ],
  [
    'Sejong, which is a city itself',
    { name: '이서연', line1: '한누리대로 2130', subdivision: '세종특별자치시', postalCode: '30151', country: 'KR' },
    { city: null, subdivision: '50' },
    ['세종특별자치시', '한누리대로 2130', '이서연', '30151'],
  ],
  [
    'Japan',
    {
      name: '山田太郎',
      line1: '丸の内１丁目９−１',
      city: '千代田区',
      subdivision: '東京都',
      postalCode: '〒１００ー０００５',
      country: 'JP',
    },
    { subdivision: '13', postalCode: '100-0005', line1: '丸の内１丁目９−１' },
    ['〒100-0005', '東京都千代田区', '丸の内１丁目９−１', '山田太郎'],
  ],
  [
    'Brazil',
    {
      name: 'João',
      line1: 'Av. Paulista 1578',
      district: 'Bela Vista',
      city: 'São Paulo',
      subdivision: 'Sao Paulo',
      postalCode: '01310200',
      country: 'BR',
    },
    { subdivision: 'SP', postalCode: '01310-200' },
    ['João', 'Av. Paulista 1578', 'Bela Vista', 'São Paulo - SP', '01310-200'],
  ],
  [
    'Latvia, whose codes have letters',
    { ...ada, postalCode: '1010', city: 'Rīga', country: 'LV' },
    { postalCode: 'LV-1010' },
    ['Ada Lovelace', 'Main Street 1', 'Rīga, LV-1010'],
  ],
  [
    'Hong Kong, which has no postal codes',
    { name: 'Chan', line1: "1 Queen's Road", city: 'Central', subdivision: 'Hong Kong Island', country: 'HK' },
    { postalCode: null, subdivision: 'HK' },
    ['Chan', "1 Queen's Road", 'Central', 'Hong Kong Island'],
  ],
  [
    'Singapore, with the city that a wallet adds',
    {
      name: 'Tan',
      line1: '1 Raffles Place',
      city: 'Singapore',
      postalCode: '048616',
      country: 'SG',
      phone: '6123 4567',
    },
    { city: 'Singapore', phone: '+6561234567' },
    ['Tan', '1 Raffles Place', 'SINGAPORE 048616'],
  ],
  [
    'Kenya, which has no rules of its own',
    { ...ada, city: 'Nairobi', postalCode: '00100', country: 'KE', phone: '+254 20 222 2181' },
    { postalCode: '00100', phone: '+254202222181' },
    ['Ada Lovelace', 'Main Street 1', 'Nairobi', '00100'],
  ],
];

test.each(examples)('an address of %s is kept in one form and written as it is there', (_, typed, kept, lines) => {
  const parsed = parseAddress(typed);
  expect(parsed).toMatchObject({ ok: true, value: kept });
  if (!parsed.ok) return;
  expect(addressLines(parsed.value)).toEqual(lines);
  expect(parseAddress(parsed.value)).toEqual(parsed);
});
