/**
 * What strangers send, as plain HTTP requests to the running shop. Each is answered with a code, costs the gateway
 * next to nothing, and leaves it as quick as it was.
 */
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { agora } from '../shop.ts';
import { tooMuch } from './excessive-requests.ts';
import { twistedHttp } from './malformed-http.ts';
import { largeOrTwisted } from './malformed-requests.ts';
import { gql, product, type Sent } from './requests.ts';
import { strangeText } from './unusual-text.ts';

/** Status and the first error's code; `null` when there is none. */
const outcome = async ({ method = 'POST', search = '', headers = {}, body }: Sent) => {
  const response = await fetch(agora.gateway + search, { method, headers, ...(body !== undefined && { body }) });
  const text = await response.text();
  const { errors } = JSON.parse(text || '{}') as { errors?: { extensions?: { code?: string } }[] };
  return { status: response.status, code: errors?.[0]?.extensions?.code ?? null, text };
};

/** How long the shop takes for something ordinary, in milliseconds, oldest first. */
const pace = async (tries: number): Promise<number[]> => {
  const took: number[] = [];
  for (let i = 0; i < tries; i++) {
    const start = performance.now();
    const { text } = await outcome(gql(product));
    took.push(performance.now() - start);
    expect(JSON.parse(text)).toEqual({ data: { product: { title: expect.any(String) } } });
  }
  return took;
};
const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

describe.each([
  ['more than anybody needs', tooMuch],
  ['what is large or twisted', largeOrTwisted],
  ['strange text', strangeText],
  ['HTTP as it is not meant', twistedHttp],
])('%s', (_, rows) => {
  let before: number[];
  beforeAll(async () => {
    await pace(5);
    before = await pace(15);
  });
  afterAll(async () => {
    const after = median(await pace(15));
    // Ten times, and half a second for a busy machine: what is meant is a gateway that is stuck, not one that is slower.
    expect(after).toBeLessThan(median(before) * 10 + 500);
  });

  test.each(rows)('%s', async (_, sent, status, code) => {
    // Somebody else is served meanwhile.
    const [{ text, ...given }] = await Promise.all([outcome(sent), pace(1)]);
    expect(given).toEqual({ status, code });
    expect(text.length).toBeLessThan(200_000);
    expect(text).not.toMatch(/node_modules|at .*\.ts:\d|postgres|ECONN|SELECT /i);
  });
});

/** Node's fetch sends no such request; the answer is Node's own, before anybody reads it. */
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
  await pace(1);
});

test('all of it is refused a hundred times at once, and customers are still served', async () => {
  const before = median(await pace(10));
  const storm = Promise.all(Array.from({ length: 5 }, () => Promise.all(tooMuch.map(([, sent]) => outcome(sent)))));
  const during = await pace(10);
  await storm;
  const after = median(await pace(10));
  const shown = [before, median(during), Math.max(...during), after].map((ms) => Math.round(ms));
  console.info(`a query takes ${shown[0]} ms before, ${shown[1]} (at most ${shown[2]}) during, ${shown[3]} after`);
  expect(after).toBeLessThan(before * 10 + 500);
});
