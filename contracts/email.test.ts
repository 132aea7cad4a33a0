import { expect, test } from 'vitest';
import { parseEmail } from './email.ts';

test.each([
  ['ada@example.com', 'ada@example.com'],
  ['  Ada.Lovelace+shop@Example.COM\n', 'ada.lovelace+shop@example.com'],
  ["o'neill_1@mail.example-shop.co.uk", "o'neill_1@mail.example-shop.co.uk"],
  ['ａｄａ．ｌ＠ｅｘａｍｐｌｅ．ｃｏｍ', 'ada.l@example.com'],
  [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
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
  // One label in each script; Japanese writes in several, Latin included.
  ['xn--e1afmkfd.com', ['пример.com']],
  ['xn--abc-mj4b4fu673ao4b.jp', ['abcカナ日本.jp']],
])('an address at %s is one address, however its domain is typed', (ascii, spellings) => {
  for (const domain of spellings) expect(parseEmail(`User@${domain}`), domain).toBe(`user@${ascii}`);
});

test.each([
  '',
  'ada',
  'ada@',
  'example.com',
  'ada@example.com.',
  'ada@exämple.de.',
  'ada@example。com。',
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
  // A Cyrillic а, as such and encoded; Greek with Latin.
  'ada@ex\u0430mple.com',
  'ada@xn--exmple-4nf.com',
  'ada@αβγabc.gr',
  `${'a'.repeat(65)}@example.com`,
  `ada@${'ä'.repeat(80)}.de`,
  // Each label fits as typed, and one does not once it is encoded; then all of them do, and the address does not.
  `ada@${'語'.repeat(60)}.jp`,
  `ada@${Array(9).fill('日本語'.repeat(5)).join('.')}.jp`,
  `ada@${'a'.repeat(64)}.de`,
])('refuses %.40j', (typed) => {
  expect(parseEmail(typed)).toBeUndefined();
});
