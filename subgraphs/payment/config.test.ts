import { describe, expect, test } from 'vitest';
import { parseConfig } from '#platform/config/config.ts';
import { paymentVariables } from './config.ts';

const required = {
  PAYMENT_DATABASE_URL: 'postgresql://payment@localhost/payment',
  SIMULATOR_API_KEY: 'sixteen or more characters',
  SIMULATOR_WEBHOOK_SECRET: 'sixteen or more characters',
  VIEWER_VERIFY_KEYS: JSON.stringify({ keys: [{ kty: 'OKP' }] }),
};
const read = (env: Record<string, string>) =>
  parseConfig(paymentVariables, { ...required, PROFILE: 'development', ...env });

describe('the variables of payment', () => {
  test('have defaults that work in one process', () => {
    expect(read({})).toMatchObject({
      config: { PAYMENT_PORT: 4004, PROVIDER_TIMEOUT_MS: 5_000 },
    });
  });

  test('need the secrets of the provider that moves the money', () => {
    const faults = (env: Record<string, string>) => {
      const result = read({ SIMULATOR_API_KEY: '', SIMULATOR_WEBHOOK_SECRET: '', ...env });
      return 'faults' in result ? result.faults.map((fault) => fault.split(':')[0]) : [];
    };
    expect(faults({})).toEqual(['SIMULATOR_API_KEY', 'SIMULATOR_WEBHOOK_SECRET']);
    expect(faults({ PAYMENT_PROVIDER: 'stripe' })).toEqual(['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET']);
    const stripe = { STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_WEBHOOK_SECRET: 'whsec_1' };
    expect(faults({ PAYMENT_PROVIDER: 'stripe', ...stripe })).toEqual([]);
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
    ['PROVIDER_TIMEOUT_MS', '0'],
    ['SIMULATOR_URL', 'ftp://here'],
  ])('%s=%s is a fault', (name, value) => {
    expect(read({ [name]: value })).toEqual({ faults: [expect.stringContaining(name)] });
  });
});
