import { expect, test } from 'vitest';
import { parseApplicant } from './applicant.ts';

test.each([
  ['ko-KR', 'ko'],
  ['en', 'en'],
  ['fi', 'ko'],
  [null, 'ko'],
])('with the language tag %s, a customer of a Korean shop is written to in %s', (locale, expected) => {
  const application = { email: 'ada@example.com', password: 'correct horse battery', displayName: 'Ada', locale };
  expect(parseApplicant(application, 'ko')).toMatchObject({ ok: true, value: { locale: expected } });
});
