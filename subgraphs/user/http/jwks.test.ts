import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { jwks } from './jwks.ts';

test('publishes the keys, cacheable for five minutes', async () => {
  const http = Fastify();
  jwks(() => ({ keys: [{ kty: 'OKP', kid: 'a' }] }))(http);
  const answer = await http.inject({ url: '/.well-known/jwks.json' });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers).toMatchObject({
    'cache-control': 'public, max-age=300',
    'content-type': 'application/jwk-set+json; charset=utf-8',
  });
  expect(answer.json()).toEqual({ keys: [{ kty: 'OKP', kid: 'a' }] });
});
