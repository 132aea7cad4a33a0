import { expect, it } from 'vitest';
import { backoffMs } from './wake-signal.ts';

const worst = (attempt: number) => backoffMs(attempt, 500, 30_000, 1);

it('doubles from the base up to the cap', () => {
  expect([1, 2, 3, 7, 8, 50].map(worst)).toEqual([500, 1_000, 2_000, 30_000, 30_000, 30_000]);
});

it('leaves half of the time to chance', () => {
  expect(backoffMs(3, 500, 30_000, 0)).toBe(1_000);
  expect(backoffMs(3, 500, 30_000, 0.5)).toBe(1_500);
});

it('stays within the cap after more tries than a number can double', () => {
  expect(worst(5_000)).toBe(30_000);
});
