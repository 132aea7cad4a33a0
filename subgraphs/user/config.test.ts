import { expect, test } from 'vitest';
import { parseConfig } from '#platform/config/config.ts';
import { userVariables } from './config.ts';

const key = { kty: 'OKP', crv: 'Ed25519', x: 'public-part', d: 'private-part' };
const environment = {
  USER_DATABASE_URL: 'postgresql://user@localhost/user',
  REDIS_URL: 'redis://localhost',
  VIEWER_VERIFY_KEYS: JSON.stringify({ keys: [{ kty: 'OKP' }] }),
  ACCESS_TOKEN_KEYS: JSON.stringify({ keys: [key] }),
};

test('needs only its database, a transport and its keys', () => {
  expect(parseConfig(userVariables, environment)).toMatchObject({ config: { USER_PORT: 4001, ROLE: 'all' } });
});

test.each([
  ['no key', { keys: [] }],
  ['a key without its private part', { keys: [{ ...key, d: undefined }] }],
  ['a key of another kind', { keys: [{ ...key, kty: 'RSA' }] }],
])('refuses %s, without showing it', (_, keys) => {
  const result = parseConfig(userVariables, { ...environment, ACCESS_TOKEN_KEYS: JSON.stringify(keys) });
  expect(result).toEqual({ faults: [expect.stringMatching(/^ACCESS_TOKEN_KEYS: /)] });
  expect(JSON.stringify(result)).not.toContain('private-part');
});
