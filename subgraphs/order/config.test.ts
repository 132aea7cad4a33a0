import { expect, it } from 'vitest';
import { parseConfig } from '#platform/config/config.ts';
import { orderVariables, returnOriginsOf, timingsOf } from './config.ts';
import { defaultTimings } from './domain/checkout/steps.ts';

const required = {
  ORDER_DATABASE_URL: 'postgresql://order@localhost/order',
  VIEWER_VERIFY_KEYS: JSON.stringify({ keys: [{ kty: 'OKP' }] }),
};
const read = (env: Record<string, string>) => parseConfig(orderVariables, { ...required, ...env });
const origins = (env: Record<string, string>) => {
  const result = read(env);
  return 'config' in result ? returnOriginsOf(result.config) : result.faults;
};

it('waits as long as the table says, unless told otherwise', () => {
  const result = read({});
  expect('config' in result && timingsOf(result.config)).toEqual(defaultTimings);
});

it('sends customers back to nobody in production, unless told to whom', () => {
  expect(origins({})).toEqual([]);
  expect(origins({ PROFILE: 'development' })).toContain('http://localhost:4000');
  const shops = 'https://shop.example, https://m.shop.example:8443';
  for (const PROFILE of ['production', 'development'])
    expect(origins({ PROFILE, PAYMENT_RETURN_ORIGINS: shops })).toEqual([
      ...['https://shop.example', 'https://m.shop.example:8443'],
    ]);
});

it.each(['*', 'shop.example', 'https://shop.example/paid', 'https://shop.example,x'])(
  'takes no %s for an origin',
  (text) => {
    expect(origins({ PAYMENT_RETURN_ORIGINS: text })).toEqual([expect.stringContaining('list of origins')]);
  },
);
