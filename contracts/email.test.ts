import { expect, test } from 'vitest';
import { parseEmail } from './email.ts';

test.each([
  ['ada@example.com', 'ada@example.com'],
  ['  Ada.Lovelace+shop@Example.COM\n', 'ada.lovelace+shop@example.com'],
  ["o'neill_1@mail.example-shop.co.uk", "o'neill_1@mail.example-shop.co.uk"],
])('keeps %j as %j', (typed, kept) => {
  expect(parseEmail(typed)).toBe(kept);
});

test.each([
  ['xn--exmple-cua.de', ['exämple.de', 'EXÄMPLE.DE', 'exa\u0308mple.de', 'xn--exmple-cua.de', 'XN--Exmple-CUA.de']],
  ['xn--e1afmkfd.xn--p1ai', ['пример.рф', 'ПРИМЕР.РФ', 'xn--e1afmkfd.xn--p1ai', 'пример.xn--p1ai']],
  ['xn--strae-oqa.example', ['straße.example']],
  ['xn--r8jz45g.xn--zckzah', ['例え.テスト', '例え。テスト']],
  ['example.com', ['ｅxample.com', 'example。com']],
  ['sub.xn--exmple-cua.de', ['sub.exämple.de']],
])('an address at %s is one address, however its domain is typed', (ascii, spellings) => {
  for (const domain of spellings) expect(parseEmail(`User@${domain}`), domain).toBe(`user@${ascii}`);
});

test.each([
  '',
  'ada',
  'ada@',
  '@example.com',
  'ada@localhost',
  'ada@@example.com',
  'ada@example.com, eve@example.com',
  'ada lovelace@example.com',
  'ada\u0000@example.com',
  'Ada <ada@example.com>',
  `${'a'.repeat(250)}@example.com`,
  'a'.repeat(1_000_000),
  'ädä@example.com',
  'ada@exämple.de/evil',
  'ada@exämple.de?x',
  'ada@exämple.de:25',
  'ada@ex%41mple.com',
  'ada@exämple',
  'ada@exämple..de',
  'ada@-ä.de',
  'ada@ä-.de',
  'ada@ä_b.de',
  'ada@☃.net',
  'ada@xn--n3h.net',
  'ada@xn--a.de',
  'ada@xn--0.de',
  'ada@127.1',
  'ada@exa\u00admple.com',
  `ada@${'ä'.repeat(80)}.de`,
  `ada@${'a'.repeat(64)}.de`,
])('refuses %.40j', (typed) => {
  expect(parseEmail(typed)).toBeUndefined();
});
