import { expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { nextTryAt, operationKey } from './operation.ts';

test('a key names the attempt and the call; asking anew after an answer takes a new one', () => {
  const attempt = newId('Attempt');
  expect(operationKey(attempt, 'VOID', 0)).toBe(`${attempt}-void`);
  expect(operationKey(attempt, 'VOID', 1)).toBe(`${attempt}-void-2`);
});

test('tries come at growing distances, and never further apart than 30 s', () => {
  const now = new Date(0);
  expect([0, 1, 2, 3, 6, 1_000].map((tries) => nextTryAt(now, tries).getTime())).toEqual([
    500, 1_000, 2_000, 4_000, 30_000, 30_000,
  ]);
});
