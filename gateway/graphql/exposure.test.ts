import { expect, test } from 'vitest';
import { z } from 'zod';
import { exposure, exposureVariables } from './exposure.ts';

const shown = (env: Record<string, string>) => exposure(z.object(exposureVariables).parse(env));

test.each([
  [{}, { isDevelopment: false, playground: false, introspection: false, errorDetail: false }],
  [{ GATEWAY_PROFILE: 'production' }, { playground: false, introspection: false, errorDetail: false }],
  [
    { GATEWAY_PROFILE: 'development' },
    { isDevelopment: true, playground: true, introspection: true, errorDetail: true },
  ],
  [
    { GATEWAY_PROFILE: 'development', ERROR_DETAIL: 'off' },
    { playground: true, introspection: true, errorDetail: false },
  ],
  [{ INTROSPECTION: 'on' }, { playground: false, introspection: true, errorDetail: false }],
])('%o shows %o', (env, expected) => {
  expect(shown(env)).toMatchObject(expected);
});

test('a profile that there is not is a fault', () => {
  expect(() => shown({ GATEWAY_PROFILE: 'staging' })).toThrow();
});
