import { expect, test } from 'vitest';
import { afterFailure, lockedUntil, memoryMs, type SignInAttempts } from './sign-in-attempts.ts';

const start = new Date('2026-11-22T12:00:00Z');
const later = (ms: number) => new Date(start.getTime() + ms);
const failed = (failures: number): SignInAttempts => ({ failures, lastFailedAt: start });
const second = 1_000;

test('an address without a wrong password is open', () => {
  expect(lockedUntil(undefined, start)).toBeUndefined();
});

test.each([
  [1, 0],
  [4, 0],
  [5, 30 * second],
  [6, 60 * second],
  [7, 120 * second],
  [9, 480 * second],
  [10, 900 * second],
  [11, 900 * second],
  [5_000, 900 * second],
])('%i wrong passwords in a row shut it for %i ms', (failures, ms) => {
  expect(lockedUntil(failed(failures), start)).toEqual(ms === 0 ? undefined : later(ms));
});

test('opens at the very moment that was named', () => {
  expect(lockedUntil(failed(5), later(30 * second - 1))).toEqual(later(30 * second));
  expect(lockedUntil(failed(5), later(30 * second))).toBeUndefined();
});

test('counts on from the failures before, also after the lock has ended', () => {
  expect(afterFailure(failed(5), later(60 * second))).toEqual({ failures: 6, lastFailedAt: later(60 * second) });
});

test('forgets failures after a day', () => {
  expect(afterFailure(failed(50), later(memoryMs - 1))).toMatchObject({ failures: 51 });
  expect(afterFailure(failed(50), later(memoryMs))).toMatchObject({ failures: 1 });
});

test('lets through about a hundred guesses a day, and no more', () => {
  let attempts: SignInAttempts | undefined;
  let guesses = 0;
  for (let now = start; now < later(memoryMs); now = lockedUntil(attempts, now) ?? now) {
    attempts = afterFailure(attempts, now);
    guesses++;
  }
  expect(guesses).toBeLessThan(110);
});
