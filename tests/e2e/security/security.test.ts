/** Hostile requests, as plain HTTP to the running shop. Each is answered with a code, and others are served meanwhile. */
import { request as httpRequest } from 'node:http';
import { afterAll, describe, expect, test } from 'vitest';
import { agora } from '../shop.ts';
import { excessiveRequests } from './excessive-requests.ts';
import { malformedHttp } from './malformed-http.ts';
import { malformedRequests } from './malformed-requests.ts';
import { gql, product, type Sent } from './requests.ts';
import { unusualText } from './unusual-text.ts';

/** Status and the first error's code; `null` when there is none. */
const outcome = async ({ method = 'POST', search = '', headers = {}, body }: Sent) => {
  const response = await fetch(agora.gateway + search, { method, headers, ...(body !== undefined && { body }) });
  const text = await response.text();
  const { errors } = JSON.parse(text || '{}') as { errors?: { extensions?: { code?: string } }[] };
  return { status: response.status, code: errors?.[0]?.extensions?.code ?? null, text };
};

/** An ordinary query is answered. */
const serves = async (): Promise<void> => {
  const { text } = await outcome(gql(product));
  expect(JSON.parse(text)).toEqual({ data: { product: { title: expect.any(String) } } });
};

describe.each([
  ['excessive requests', excessiveRequests],
  ['malformed requests', malformedRequests],
  ['unusual text', unusualText],
  ['malformed HTTP', malformedHttp],
])('%s', (_, rows) => {
  afterAll(serves);

  test.each(rows)('%s', async (_, sent, status, code) => {
    // Another client is served meanwhile.
    const [{ text, ...given }] = await Promise.all([outcome(sent), serves()]);
    expect(given).toEqual({ status, code });
    expect(text.length).toBeLessThan(200_000);
    expect(text).not.toMatch(/node_modules|at .*\.ts:\d|postgres|ECONN|SELECT /i);
  });
});

/** Node's fetch cannot send these; the answer is the HTTP server's own. */
const plainly = (headers: Record<string, string>, path = '/graphql') =>
  new Promise<number | undefined>((resolve, reject) => {
    const { hostname, port } = new URL(agora.gateway);
    const sent = httpRequest({ hostname, port, path, method: 'GET', headers }, (response) => {
      resolve(response.statusCode);
      response.resume();
    });
    sent.on('error', reject).end();
  });

test.each([
  ['a header of 100 KB', () => plainly({ 'x-long': 'x'.repeat(100_000) })],
  ['an address of 100 KB', () => plainly({}, `/graphql?query=${'x'.repeat(100_000)}`)],
])('%s is refused as too large, and the next one is answered', async (_, send) => {
  expect(await send()).toBe(431);
  await serves();
});

test('customers are served while a hundred excessive requests are refused', async () => {
  const storm = Promise.all(
    Array.from({ length: 5 }, () => Promise.all(excessiveRequests.map(([, sent]) => outcome(sent)))),
  );
  for (let n = 0; n < 10; n++) await serves();
  await storm;
  await serves();
});
