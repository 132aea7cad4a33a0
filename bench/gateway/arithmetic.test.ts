import { describe, expect, it } from 'vitest';
import { median, quantile, spread, timesAsFast } from './arithmetic.ts';

describe('the arithmetic of runs', () => {
  it.each([
    [[3], 3],
    [[9, 1, 5], 5],
    [[10, 2, 4, 8], 6],
    [[100, 9, 10], 10],
  ])('has of %j the median %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('has no median of nothing', () => {
    expect(median([])).toBeNaN();
  });

  it('compares run by run, so that a slow minute that hit both changes nothing', () => {
    expect(timesAsFast([10, 20, 10], [2, 4, 2])).toEqual({ median: 5, least: 5, most: 5 });
    expect(timesAsFast([10, 12, 10], [5, 4, 2])).toEqual({ median: 3, least: 2, most: 5 });
  });

  it('compares only runs that both had', () => {
    expect(timesAsFast([10], [5, 1])).toEqual({ median: 2, least: 2, most: 2 });
  });

  it('spans from the least to the most', () => {
    expect(spread([4, 1, 3])).toEqual({ median: 3, least: 1, most: 4 });
  });

  it.each([
    [0.5, 50],
    [0.95, 95],
    [0.99, 99],
    [1, 100],
  ])('finds the %d quantile of 1 to 100', (share, expected) => {
    const values = Array.from({ length: 100 }, (_, at) => 100 - at);
    expect(quantile(values, share)).toBe(expected);
  });
});
