import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { ApiKeyVerdict, apiKeyHash, apiKeySecretBytes, parseApiKey, writeApiKey } from './api-key.ts';
import { namedId } from './ids.ts';

const id = namedId('ApiKey', 'warehouse');
const key = writeApiKey(id, Buffer.alloc(apiKeySecretBytes, 0xa5));

it('is written the same for ever, since keys are kept by others', () => {
  expect(key).toBe(`agk_${id.slice(4)}_${'a5'.repeat(20)}_${key.slice(-8)}`);
  expect(parseApiKey(key)).toEqual({ id, hash: apiKeyHash(key) });
  expect(apiKeyHash(key)).toMatch(/^[0-9a-f]{64}$/);
});

it('is recognised whatever its secret', () => {
  for (let n = 0; n < 500; n++) {
    const other = writeApiKey(id, randomBytes(apiKeySecretBytes));
    expect(parseApiKey(other)?.id).toBe(id);
  }
});

it.each([
  ['nothing', ''],
  ['an access token', 'eyJhbGciOiJFZERTQSJ9.e30.c2ln'],
  ['one cut off', key.slice(0, -1)],
  ['one with something behind it', `${key}\n`],
  ['one in capitals', key.toUpperCase()],
  ['another checksum', `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`],
])('%s is no key', (_, text) => {
  expect(parseApiKey(text)).toBeUndefined();
});

it('one mistyped digit is noticed, wherever it is', () => {
  for (let at = 4; at < key.length; at++) {
    if (key[at] === '_') continue;
    const mistyped = `${key.slice(0, at)}${key[at] === '7' ? '8' : '7'}${key.slice(at + 1)}`;
    expect(parseApiKey(mistyped), mistyped).toBeUndefined();
  }
});

it('a permission that this release does not know is dropped from a verdict', () => {
  const verdict = { valid: true, id, permissions: ['stock:write', 'moon:write'], expiresInSeconds: null };
  expect(ApiKeyVerdict.parse(verdict)).toMatchObject({ permissions: ['stock:write'] });
});
