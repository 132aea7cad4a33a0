import { describe, expect, it } from 'vitest';
import { between, namesOf, percentile, perMinuteAndCore, perThousand, withoutIdle } from './meters.ts';

describe('meters', () => {
  it('count what was added, also by a meter that was not there before', () => {
    expect(between({ 'cpu/order': 3 }, { 'cpu/order': 5, 'cpu/payment': 2 })).toEqual({
      'cpu/order': 2,
      'cpu/payment': 2,
    });
  });

  it('leave out what idling costs in that time', () => {
    expect(withoutIdle({ 'cpu/order': 5 }, { 'cpu/order': 0.1 }, 20)).toEqual({ 'cpu/order': 3 });
  });

  it('keep every byte that was written', () => {
    expect(withoutIdle({ 'wal bytes/order': 5 }, { 'wal bytes/order': 0.1 }, 20)).toEqual({ 'wal bytes/order': 5 });
  });

  it('are told for a thousand', () => {
    expect(perThousand({ 'cpu/order': 5 }, 250)).toEqual({ 'cpu/order': 20 });
  });

  it('name what they are about', () => {
    expect(namesOf({ 'cpu/order': 1, 'cpu/database order': 1, 'wal/order': 1 }, 'cpu')).toEqual([
      'order',
      'database order',
    ]);
  });
});

describe('what one core gives', () => {
  it('puts first what needs most of it', () => {
    const rates = perMinuteAndCore({ 'cpu/gateway': 6, 'cpu/order': 20, 'cpu/user': 0 });
    expect(rates).toEqual([
      { name: 'order', perMinute: 3_000 },
      { name: 'gateway', perMinute: 10_000 },
    ]);
  });
});

describe('a percentile', () => {
  it('is one of the numbers', () => {
    const sorted = [1, 2, 3, 4];
    expect([percentile(sorted, 0.5), percentile(sorted, 0.95), percentile(sorted, 1)]).toEqual([3, 4, 4]);
  });
});
