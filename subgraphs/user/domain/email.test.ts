import { expect, test } from 'vitest';
import { parseEmail } from './email.ts';

test.each([
  ['ada@example.com', 'ada@example.com'],
  ['  Ada.Lovelace+shop@Example.COM\n', 'ada.lovelace+shop@example.com'],
])('keeps %j as %j', (typed, kept) => {
  expect(parseEmail(typed)).toBe(kept);
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
])('refuses %.40j', (typed) => {
  expect(parseEmail(typed)).toBeUndefined();
});
