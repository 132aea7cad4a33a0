import { describe, expect, it } from 'vitest';
import { redisAddress, redisAddressFault } from './address.ts';

describe('the address of a Redis', () => {
  it.each(['redis://127.0.0.1', 'rediss://user:s%40crt@cache.internal:6380/2'])(
    'of one server stays as it is: %s',
    (url) => {
      expect(redisAddress(url)).toEqual({ kind: 'server', url });
    },
  );

  it('names Sentinels, and the master that they watch', () => {
    expect(redisAddress('redis+sentinel://:s%2Fcrt@one:26380,two,[::1]/shop?sentinelPassword=gu%26rd@home')).toEqual({
      kind: 'sentinel',
      sentinels: [
        { host: 'one', port: 26_380 },
        { host: 'two', port: 26_379 },
        { host: '::1', port: 26_379 },
      ],
      master: 'shop',
      credentials: { password: 's/crt' },
      sentinelCredentials: { password: 'gu&rd@home' },
      tls: false,
    });
  });

  it('names some nodes of a cluster; one is enough to learn of the others', () => {
    expect(redisAddress('rediss+cluster://agora:p@ss:word@10.0.0.1:7000,cache-1.internal')).toEqual({
      kind: 'cluster',
      nodes: [
        { host: '10.0.0.1', port: 7_000 },
        { host: 'cache-1.internal', port: 6_379 },
      ],
      credentials: { username: 'agora', password: 'p@ss:word' },
      tls: true,
    });
  });
});

it.each([
  ['http://127.0.0.1', 'must be a redis, redis+sentinel or redis+cluster URL'],
  ['redis://s3cret:port', 'must be a redis'],
  ['redis+ring://one', 'must be a redis'],
  ['redis+cluster://', 'must name its hosts'],
  ['redis+cluster://one,,two', 'must name its hosts'],
  ['redis+cluster://one:70000000', 'must name its hosts'],
  ['redis+cluster://user:s3cret,one', 'must name its hosts'],
  ['redis+cluster://user:s3c/ret@one', 'must name its hosts'],
  ['redis+cluster://user:%E0%A4@one', 'not percent-encoded'],
  ['redis+cluster://one/1', 'must not name a database'],
  ['redis+cluster://one?tls=true', 'must not have parameters'],
  ['redis+sentinel://one:26379', 'must name the master'],
  ['redis+sentinel://one:26379/', 'must name the master'],
  ['redis+sentinel://one:26379/shop?pasword=s3cret', 'has a parameter beside sentinelUsername and sentinelPassword'],
])('refuses %s in words that give nothing away', (text, words) => {
  const fault = redisAddressFault(text);
  expect(fault).toContain(words);
  expect(fault).not.toMatch(/s3c/);
  expect(() => redisAddress(text)).toThrow(`REDIS_URL ${fault}`);
});
