import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../platform/config.ts';
import { paymentVariables } from './config.ts';

const required = {
  PAYMENT_DATABASE_URL: 'postgresql://payment@localhost/payment',
  VIEWER_VERIFY_KEYS: JSON.stringify({ keys: [{ kty: 'OKP' }] }),
};
const read = (env: Record<string, string>) => parseConfig(paymentVariables, { ...required, ...env });

describe('the variables of payment', () => {
  test('have defaults that work in one process', () => {
    expect(read({})).toMatchObject({
      config: { PAYMENT_PORT: 4004, PROVIDER_TIMEOUT_MS: 5_000, SIMULATOR_LATENCY_MS: 20 },
    });
  });

  test.each(['api', 'consumer'])('ROLE=%s needs a webhook secret that both processes know', (ROLE) => {
    expect(read({ ROLE })).toEqual({ faults: [expect.stringContaining('SIMULATOR_WEBHOOK_SECRET')] });
    expect(read({ ROLE, SIMULATOR_WEBHOOK_SECRET: 'sixteen or more characters' })).toHaveProperty('config');
  });

  test.each([
    ['SIMULATOR_WEBHOOK_SECRET', 'short'],
    ['SIMULATOR_LATENCY_MS', '-1'],
    ['PROVIDER_TIMEOUT_MS', '0'],
    ['PAYMENT_PUBLIC_URL', 'ftp://here'],
  ])('%s=%s is a fault', (name, value) => {
    expect(read({ [name]: value })).toEqual({ faults: [expect.stringContaining(name)] });
  });
});
