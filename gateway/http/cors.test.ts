import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aGateway, type GatewayFixture } from '#kit/gateway/gateway.ts';

let gateway: GatewayFixture;
let developing: GatewayFixture;
let closed: GatewayFixture;

const shop = 'https://shop.example';

beforeAll(async () => {
  developing = await aGateway({ PROFILE: 'development' });
  closed = await aGateway();
  gateway = await aGateway({ CORS_ORIGINS: `${shop}, http://localhost:5173` });
});
afterAll(async () => {
  for (const each of [gateway, developing, closed]) await each.close();
});

describe('a page of another origin', () => {
  const preflight = (origin: string, at = gateway) =>
    fetch(`${at.url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    });

  it('that is configured may send requests, cached for a day', async () => {
    const { status, headers } = await preflight(shop);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(shop);
    expect(headers.get('access-control-allow-headers')).toBe('content-type');
    expect(headers.get('access-control-max-age')).toBe('86400');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('that is configured may read the response and its rate-limit headers', async () => {
    const { headers } = await gateway.ask('{ __typename }', { headers: { origin: shop } });
    expect(headers.get('access-control-allow-origin')).toBe(shop);
    expect(headers.get('access-control-expose-headers')).toContain('ratelimit');
    expect(headers.get('access-control-expose-headers')).toContain('x-request-id');
  });

  it('gets by GET a response with a complete vary header', async () => {
    const url = `${gateway.url}/graphql?query={__typename}`;
    const { headers } = await fetch(url, { headers: { origin: shop, 'apollo-require-preflight': 'yes' } });
    expect(headers.get('vary')?.toLowerCase().split(/, */)).toEqual(
      expect.arrayContaining(['authorization', 'origin']),
    );
  });

  it.each(['https://evil.example', 'https://shop.example.evil.example', 'null'])('%s is refused', async (origin) => {
    const { headers } = await preflight(origin);
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('is refused by default', async () => {
    const { headers } = await preflight(shop, closed);
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it.each([
    'http://localhost:5173',
    'https://localhost',
    'http://127.0.0.1:3000',
    'http://[::1]:8080',
    'http://shop.localhost:3000',
  ])('%s is allowed in development and refused in production', async (origin) => {
    const { headers } = await preflight(origin, developing);
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect((await preflight(origin, closed)).status).toBe(403);
  });

  it.each([
    'https://evil.example',
    'http://localhost.evil.example',
    'http://127.0.0.1.evil.example',
    'http://192.168.1.7:5173',
    'http://evillocalhost',
    'null',
  ])('%s is named in response and log as missing in CORS_ORIGINS, also in development', async (origin) => {
    for (const at of [developing, closed, gateway]) {
      const answers = [await preflight(origin, at), await preflight(origin, at)];
      for (const answer of answers) {
        expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([403, null]);
        expect(await answer.json()).toMatchObject({
          errors: [{ message: expect.stringContaining('CORS_ORIGINS'), extensions: { code: 'ORIGIN_NOT_ALLOWED' } }],
        });
      }
      const told = at.lines.filter((line) => line.origin === origin);
      expect(told).toMatchObject([{ msg: expect.stringContaining('CORS_ORIGINS') }]);
    }
  });
});
