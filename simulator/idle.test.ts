import { expect, test } from 'vitest';
import { parseConfig } from '#platform/config/config.ts';
import { createLog } from '#platform/observability/log.ts';
import { createMetrics } from '#platform/observability/metrics.ts';
import { isChosen, simulatorVariables } from './config.ts';
import { startIdle } from './server.ts';

const secrets = {
  SIMULATOR_DATABASE_URL: 'postgresql://simulator@localhost/simulator',
  SIMULATOR_API_KEY: 'a key of sixteen or more',
  SIMULATOR_WEBHOOK_SECRET: 'sixteen or more characters',
};
const read = (env: Record<string, string>) => parseConfig(simulatorVariables, { ...secrets, ...env });

test('where Stripe moves the money, in production too, it answers its probes and plays nothing', async () => {
  const parsed = read({ PROFILE: 'production', PAYMENT_PROVIDER: 'stripe' });
  expect('config' in parsed && isChosen(parsed.config)).toBe(false);
  expect('config' in parsed).toBe(true);
  const log = createLog({ service: 'simulator', level: 'silent' });
  const idle = await startIdle({ port: 0, log, metrics: createMetrics('simulator') });
  const ask = async (path: string, method = 'GET') =>
    (await fetch(`http://127.0.0.1:${idle.port}${path}`, { method })).status;
  expect([await ask('/health/ready'), await ask('/metrics')]).toEqual([200, 200]);
  expect([await ask('/v1/payment_intents', 'POST'), await ask('/authenticate/pi_1')]).toEqual([404, 404]);
  await idle.close();
});

test('in production it plays a provider only where that was said twice', () => {
  const chosen = { PROFILE: 'production', PAYMENT_PROVIDER: 'simulator' };
  expect(read(chosen)).toEqual({ faults: [expect.stringMatching(/^SIMULATOR_IN_PRODUCTION: must be yes/)] });
  const twice = read({ ...chosen, SIMULATOR_IN_PRODUCTION: 'yes' });
  expect('config' in twice && isChosen(twice.config)).toBe(true);
});
