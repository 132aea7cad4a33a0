import { expect, test } from 'vitest';
import { z } from 'zod';
import { profileVariables } from '#platform/config/config.ts';
import { exposure, exposureVariables } from './variables.ts';

const shown = (env: Record<string, string>) =>
  exposure(z.object({ ...profileVariables, ...exposureVariables }).parse(env));

test.each([
  [{}, { isDevelopment: false, playground: false, introspection: false, errorDetail: false }],
  [{ PROFILE: 'production' }, { playground: false, introspection: false, errorDetail: false }],
  [{ PROFILE: 'development' }, { isDevelopment: true, playground: true, introspection: true, errorDetail: true }],
  [
    { PROFILE: 'development', ERROR_DETAIL: 'off' },
    { playground: true, introspection: true, errorDetail: false },
  ],
  [{ INTROSPECTION: 'on' }, { playground: false, introspection: true, errorDetail: false }],
])('%o shows %o', (env, expected) => {
  expect(shown(env)).toMatchObject(expected);
});

test('an unknown profile is refused', () => {
  expect(() => shown({ PROFILE: 'staging' })).toThrow();
});
