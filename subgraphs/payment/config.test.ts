import { describe, expect, test } from 'vitest';
import { parseConfig } from '#platform/config/config.ts';
import { paymentVariables } from './config.ts';

const required = {
  PAYMENT_DATABASE_URL: 'postgresql://payment@localhost/payment',
  VIEWER_VERIFY_KEYS: JSON.stringify({ keys: [{ kty: 'OKP' }] }),
};
const read = (env: Record<string, string>) =>
  parseConfig(paymentVariables, { ...required, PROFILE: 'development', ...env });

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

  test('refuse the simulator in production, which is the default, unless it is said twice', () => {
    const provider = expect.stringMatching(/^PAYMENT_PROVIDER: is required with PROFILE=production/);
    const simulator = expect.stringMatching(/^SIMULATOR_IN_PRODUCTION: must be yes .* moves no money$/);
    expect(read({ PROFILE: '' })).toEqual({ faults: [provider] });
    expect(read({ PROFILE: 'production', PAYMENT_PROVIDER: 'simulator' })).toEqual({ faults: [simulator] });
    expect(read({ PROFILE: 'production', SIMULATOR_IN_PRODUCTION: 'yes' })).toEqual({ faults: [provider] });
    expect(
      read({ PROFILE: 'production', PAYMENT_PROVIDER: 'simulator', SIMULATOR_IN_PRODUCTION: 'yes' }),
    ).toHaveProperty('config');
  });

  test.each([
    ['PAYMENT_PROVIDER', 'nobody'],
    ['SIMULATOR_IN_PRODUCTION', 'true'],
    ['SIMULATOR_WEBHOOK_SECRET', 'short'],
    ['SIMULATOR_LATENCY_MS', '-1'],
    ['PROVIDER_TIMEOUT_MS', '0'],
    ['PAYMENT_PUBLIC_URL', 'ftp://here'],
  ])('%s=%s is a fault', (name, value) => {
    expect(read({ [name]: value })).toEqual({ faults: [expect.stringContaining(name)] });
  });
});
