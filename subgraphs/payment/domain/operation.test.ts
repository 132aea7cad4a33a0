import { expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { aPayment } from '#kit/payment/builders.ts';
import { leaseEnd, mustLook, nextOperationKey, nextTryAt, type Operation, operationKey } from './operation.ts';

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

test.each([
  [59_999, false, false],
  [60_000, false, true],
  [0, true, true],
])(
  'what came of a call is found out first: its key is %i ms old of 60 s, or it answers with a fault (%s)',
  (age, looksFirst, looks) => {
    const keyedAt = new Date(1_000);
    const operation: Operation = { kind: 'VOID', key: 'k', payment: aPayment(), tries: 1, keyedAt, looksFirst };
    expect(mustLook(operation, 60_000, new Date(1_000 + age))).toBe(looks);
  },
);

test('who makes a call has it to itself for as long as it may take, and a second to record it', () => {
  expect(leaseEnd(new Date(500), 10_000)).toEqual(new Date(11_500));
});

test.each([
  ['the first', [], ''],
  ['the second', ['-void'], '-2'],
  ['the one after the highest that is known', ['-void', '-void-7', '-void-3'], '-8'],
  ['no other for a call whose key was renewed', ['-void~2', '-void-2~3'], '-3'],
  ['the first after keys that are not of this kind', ['-voided', '-refund'], ''],
])('the next key is %s', (_, keys, next) => {
  const attempt = newId('Attempt');
  const known = keys.map((key) => `${attempt}${key}`);
  expect(nextOperationKey(attempt, 'VOID', known)).toBe(`${attempt}-void${next}`);
});
