import { expect, test } from 'vitest';
import { parseLocale } from './locale.ts';

test.each([
  ['ko', 'ko'],
  ['KO', 'ko'],
  ['ko-KR', 'ko'],
  ['en-Latn-GB-oxendict', 'en'],
  ['de', undefined],
  ['kor', undefined],
  ['', undefined],
  ['ko-', undefined],
  ['ko-\u0000', undefined],
  ['ko-KR\n', undefined],
  ['ko-KR, en', undefined],
  ['\u212ao', undefined],
])('the language of %j is %j', (tag, locale) => {
  expect(parseLocale(tag)).toBe(locale);
});
