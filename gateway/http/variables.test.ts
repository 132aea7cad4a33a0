import { expect, it } from 'vitest';
import { z } from 'zod';
import { parseConfig } from '#platform/config/config.ts';
import { checkHttpVariables, httpVariables } from './variables.ts';

const schema = z
  .object({ ...httpVariables, SHUTDOWN_DEADLINE_MS: z.coerce.number().default(10_000) })
  .superRefine(checkHttpVariables);
const parsed = (env: Record<string, string>) => parseConfig(schema, env);

it('lists are comma-separated, and empty by default', () => {
  expect(parsed({})).toMatchObject({ config: { CORS_ORIGINS: [], TRUSTED_PROXIES: [] } });
  expect(
    parsed({
      CORS_ORIGINS: 'https://a.example, http://localhost:5173',
      TRUSTED_PROXIES: 'loopback,10.0.0.0/8,fd00::/8,::1',
    }),
  ).toMatchObject({
    config: {
      CORS_ORIGINS: ['https://a.example', 'http://localhost:5173'],
      TRUSTED_PROXIES: ['loopback', '10.0.0.0/8', 'fd00::/8', '::1'],
    },
  });
});

it.each([
  ['CORS_ORIGINS', '*'],
  ['CORS_ORIGINS', 'shop.example'],
  ['CORS_ORIGINS', 'https://shop.example/'],
  ['CORS_ORIGINS', 'https://shop.example,null'],
  ['TRUSTED_PROXIES', 'proxy.example'],
  ['TRUSTED_PROXIES', '10.0.0.0/33'],
  ['TRUSTED_PROXIES', '10.0.0.0/8/8'],
  ['TRUSTED_PROXIES', '10.0.0.0/x'],
  ['TRUSTED_PROXIES', '0/0'],
  ['SHUTDOWN_NOTICE_MS', '10000'],
  ['SHED_EVENT_LOOP_DELAY_MS', '-1'],
])('%s=%s is refused by its name', (name, value) => {
  expect(parsed({ [name]: value })).toEqual({ faults: [expect.stringMatching(`^${name}: `)] });
});
