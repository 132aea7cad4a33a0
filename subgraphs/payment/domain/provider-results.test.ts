import { expect, test } from 'vitest';
import { ProviderFault } from './provider-results.ts';

test('a fault is no reason to call an operator unless it says so', () => {
  expect(new ProviderFault('503', { next: 'sameKey' })).toMatchObject({
    ...{ name: 'ProviderFault', message: '503', next: 'sameKey', retryAfterMs: undefined, alert: false },
  });
  expect(new ProviderFault('401', { next: 'findFirst', retryAfterMs: 500, alert: true })).toMatchObject({
    ...{ next: 'findFirst', retryAfterMs: 500, alert: true },
  });
});
