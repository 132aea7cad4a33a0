import { describe, expect, it } from 'vitest';
import { afterDeath } from './restart-policy.ts';

const minute = 60_000;

describe('afterDeath', () => {
  it('waits twice as long after each death', () => {
    const delays = [[1_000], [1_000, 2_000], [1_000, 2_000, 3_000]].map((deaths) => afterDeath(deaths, 3_000));
    expect(delays).toEqual([{ restartInMs: 250 }, { restartInMs: 500 }, { restartInMs: 1_000 }]);
  });

  it('gives up at the fifth death within a minute', () => {
    expect(afterDeath([1, 2, 3, 4], 5)).toEqual({ restartInMs: 2_000 });
    expect(afterDeath([1, 2, 3, 4, 5], 5)).toBe('give up');
  });

  it('forgets deaths that are more than a minute old', () => {
    expect(afterDeath([1, 2, 3, 4, 2 * minute], 2 * minute)).toEqual({ restartInMs: 250 });
  });
});
