import { expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { nextTryAt, operationKey } from './operation.ts';

test('a key names the attempt and the call; a new request after an answer needs a new key', () => {
  const attempt = newId('Attempt');
  expect(operationKey(attempt, 'VOID', 0)).toBe(`${attempt}-void`);
  expect(operationKey(attempt, 'VOID', 1)).toBe(`${attempt}-void-2`);
});

test('retries back off, up to 30 s apart', () => {
  const now = new Date(0);
  expect([0, 1, 2, 3, 6, 1_000].map((tries) => nextTryAt(now, tries).getTime())).toEqual([
    500, 1_000, 2_000, 4_000, 30_000, 30_000,
  ]);
});
