import { expect, test } from 'vitest';
import { parseConfig } from '#platform/config/config.ts';
import { simulatorVariables } from './config.ts';

const given = {
  PROFILE: 'development',
  SIMULATOR_DATABASE_URL: 'postgresql://simulator@localhost/simulator',
  SIMULATOR_API_KEY: 'a key of sixteen or more',
  SIMULATOR_WEBHOOK_SECRET: 'sixteen or more characters',
};
const read = (env: Record<string, string>) => parseConfig(simulatorVariables, { ...given, ...env });

test('faults are read as shares, and there are none by default', () => {
  expect(read({})).toMatchObject({ config: { SIMULATOR_FAULTS: {}, SIMULATOR_FAULTS_SEED: 'agora' } });
  const faults = { SIMULATOR_FAULTS: 'decline=10%,timeout=5%,duplicate=20%,late=5%' };
  expect(read(faults)).toMatchObject({
    config: { SIMULATOR_FAULTS: { decline: 0.1, timeout: 0.05, duplicate: 0.2, late: 0.05 } },
  });
});

test('a kind that it does not know is refused, with those that it does', () => {
  expect(read({ SIMULATOR_FAULTS: 'declined=10%' })).toEqual({
    faults: [expect.stringMatching(/^SIMULATOR_FAULTS: must be a list such as .*, of decline, timeout, /)],
  });
});

test('in production there are none, even where the simulator was chosen on purpose', () => {
  const production = { PROFILE: 'production', PAYMENT_PROVIDER: 'simulator', SIMULATOR_IN_PRODUCTION: 'yes' };
  expect(read(production)).toHaveProperty('config');
  expect(read({ ...production, SIMULATOR_FAULTS: 'late=1%' })).toEqual({
    faults: ['SIMULATOR_FAULTS: must be empty with PROFILE=production'],
  });
});
