import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { aGateway, aSubgraph, type GatewayFixture, type SubgraphFixture } from '#kit/gateway/gateway.ts';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { until } from '#kit/vitest/until.ts';
import { createMetrics } from '#platform/observability/metrics.ts';
import { createGatewayServer } from './http-server.ts';
import { httpVariables } from './variables.ts';

let product: SubgraphFixture;
let gateway: GatewayFixture;

const start = (environment: Record<string, string> = {}): Promise<GatewayFixture> =>
  aGateway({ PRODUCT_SUBGRAPH_URL: product.url, ...environment });

const doorAlone = (environment: Record<string, string> = {}) =>
  createGatewayServer(z.object(httpVariables).parse(environment), {
    log: recordedLog().log,
    metrics: createMetrics('test'),
    notReady: async () => [],
  });

const products = Array.from({ length: 200 }, (_, n) => ({ id: `p${n}`, title: `Lamp ${n}`, stock: n }));

beforeAll(async () => {
  const resolvers = { Query: { products: () => products }, Mutation: { rename: () => products[0] } };
  product = await aSubgraph('product', resolvers);
  gateway = await start();
});
afterAll(async () => {
  await gateway.close();
  await product.close();
});

describe('a response', () => {
  const long = JSON.stringify({ query: '{ products { id title stock } }' });
  const post = (body: string, headers: Record<string, string> = {}) =>
    request(`${gateway.url}/graphql`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });

  it.each([
    ['br', 'gzip, br', brotliDecompressSync],
    ['gzip', 'gzip, deflate', gunzipSync],
  ] as const)('is compressed with %s for clients that accept "%s"', async (encoding, accepted, decompress) => {
    const { headers, body } = await post(long, { 'accept-encoding': accepted });
    const bytes = Buffer.from(await body.arrayBuffer());
    expect(headers['content-encoding']).toBe(encoding);
    expect(headers.vary).toMatch(/accept-encoding/i);
    expect(JSON.parse(decompress(bytes).toString())).toEqual({ data: { products } });
  });

  it('is not compressed when it is short, nor for clients that accept no encoding', async () => {
    const plain = await post(long);
    const short = await post('{"query":"{ __typename }"}', { 'accept-encoding': 'br' });
    expect([plain.headers['content-encoding'], short.headers['content-encoding']]).toEqual([undefined, undefined]);
    expect(await plain.body.json()).toEqual({ data: { products } });
    expect(await short.body.json()).toEqual({ data: { __typename: 'Query' } });
  });

  it('that is an event stream is neither compressed nor buffered', async () => {
    const http = await doorAlone();
    const events = new PassThrough();
    http.get('/events', (_, reply) => reply.type('text/event-stream').send(events));
    const url = await http.listen({ host: '127.0.0.1', port: 0 });
    events.write(`data: ${'x'.repeat(5_000)}\n\n`);
    const response = await fetch(`${url}/events`, { headers: { 'accept-encoding': 'br, gzip' } });
    const first = await response.body?.getReader().read();
    expect(response.headers.get('content-encoding')).toBeNull();
    expect(first?.value?.length).toBeGreaterThan(5_000);
    events.end();
    await http.close();
  });

  it('must not be sniffed, framed or embedded', async () => {
    const { headers } = await gateway.ask('{ __typename }');
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('strict-transport-security')).toBeNull();
  });

  it('of the playground has its own policy that allows its script', async () => {
    const page = await fetch(`${gateway.url}/graphql`, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-security-policy')).toContain("script-src 'unsafe-inline'");
    await page.body?.cancel();
  });
});

it('limits keep their status for legacy JSON clients, invalid operations do not', async () => {
  const ask = async (query: string) => {
    const { status, body } = await gateway.ask(query, { headers: { accept: 'application/json' } });
    return [status, body.errors?.[0]?.extensions.code];
  };
  const aliases = Array.from({ length: 100 }, (_, n) => `a${n}: __typename`).join(' ');
  expect(await ask('{ nothing }')).toEqual([200, 'GRAPHQL_VALIDATION_FAILED']);
  expect(await ask(`{ ${aliases} }`)).toEqual([400, expect.stringMatching(/_LIMIT_EXCEEDED$/)]);
});

it.each(['PUT', 'DELETE', 'PATCH'])('%s is refused with the allowed methods', async (method) => {
  const response = await fetch(`${gateway.url}/graphql`, { method });
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST']);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'METHOD_NOT_ALLOWED' } }] });
});

it.each(['a b', '[', 'evil.example\\@shop.example', ''])('the host header "%s" is harmless', async (host) => {
  const { port, hostname } = new URL(gateway.url);
  const client = connect(Number(port), hostname);
  let answer = '';
  client.on('data', (bytes) => {
    answer += bytes;
  });
  const body = '{"query":"{ __typename }"}';
  client.write(
    `POST /graphql HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  await new Promise((resolve) => client.once('close', resolve));
  expect(answer).toContain('{"data":{"__typename":"Query"}}');
});

it('keeps idle connections open as long as configured, so that a proxy in front closes them first', async () => {
  const timeouts = [];
  for (const environment of [{}, { KEEP_ALIVE_MS: '630000' }]) {
    const http = await doorAlone(environment as Record<string, string>);
    await http.listen({ host: '127.0.0.1', port: 0 });
    const { headers } = await request(`${http.listeningOrigin}/health/live`);
    timeouts.push(headers['keep-alive']);
    await http.close();
  }
  expect(timeouts).toEqual(['timeout=72', 'timeout=630']);
});

describe('readiness', () => {
  it('reports the subgraphs without depending on them', async () => {
    const impatient = await start({ SUBGRAPH_RETRIES: '0' });
    await impatient.ask('{ products { id likes } }');
    const response = await fetch(`${impatient.url}/health/ready`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      status: 'ok',
      waitingFor: [],
      subgraphs: { product: { breaker: 'closed', endpoints: 1 }, user: { endpoints: 1 } },
    });
    await impatient.close();
  });
});

describe('while the event loop is overloaded', () => {
  const block = (ms: number) => {
    const end = performance.now() + ms;
    while (performance.now() < end);
  };

  it('the first client is served after a slow start', async () => {
    const http = await doorAlone({ SHED_EVENT_LOOP_DELAY_MS: '60' });
    http.get('/graphql', async () => 'served');
    // Over a second of them: two samples full.
    for (let turn = 0; turn < 8; turn++) {
      block(150);
      await nextTurn();
    }
    const url = await http.listen({ host: '127.0.0.1', port: 0 });
    expect((await fetch(`${url}/graphql`)).status).toBe(200);
    await http.close();
  });

  it('operations are refused, health and metrics are served, and it recovers', async () => {
    const busy = await start({ SHED_EVENT_LOOP_DELAY_MS: '60' });
    const status = async (path: string) => {
      const response = await fetch(`${busy.url}${path}`, { headers: { 'apollo-require-preflight': 'yes' } });
      return { status: response.status, retryAfter: response.headers.get('retry-after'), text: await response.text() };
    };
    const query = '/graphql?query={__typename}';
    expect((await status(query)).status).toBe(200);

    // Turns of 150 ms until it is noticed: that takes a second.
    const isShedding = async () => /^agora_gateway_shed_requests_total\S* [1-9]/m.test((await status('/metrics')).text);
    let refused = await status(query);
    await until(
      'it refuses',
      async () => {
        for (let turn = 0; turn < 5; turn++) {
          block(150);
          await nextTurn();
        }
        refused = await status(query);
        return refused.status === 503;
      },
      20_000,
    );
    expect(refused.retryAfter).toBe('1');
    expect(JSON.parse(refused.text)).toMatchObject({ errors: [{ extensions: { code: 'OVERLOADED' } }] });
    expect(await isShedding()).toBe(true);
    expect((await status('/health/ready')).status).toBe(200);

    await until('it serves again', async () => (await status(query)).status === 200, 20_000);
    await busy.close();
  });
});
