import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { viewerHeader } from '#contracts/viewer.ts';
import { rawRequest } from '#kit/network/raw-request.ts';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { until } from '#kit/vitest/until.ts';
import { createHttpServer } from '#platform/http/server.ts';
import { createMetrics } from '#platform/observability/metrics.ts';
import { servePublicPaths } from './public-paths.ts';

type Handler = (request: IncomingMessage, answer: ServerResponse) => void;
const usual: Handler = async (request, answer) => {
  const body = await buffer(request);
  answer
    .setHeader('etag', '"1"')
    .setHeader('x-request-id', 'mine')
    .end(`${request.method} ${request.url} ${body.length}`);
};
let handle: Handler = usual;
const received: IncomingMessage[] = [];
const service = createServer((request, answer) => {
  received.push(request);
  handle(request, answer);
});
const { log } = recordedLog();
const http = createHttpServer({ log, metrics: createMetrics('gateway'), notReady: async () => [] });
let origin = '';
let urls: readonly string[] | undefined;
const past = servePublicPaths(
  { PUBLIC_PATHS_CONCURRENCY: 2 },
  {
    http,
    paths: [
      { service: 'product', path: '/media/', maxBodyBytes: 1_000, arrivalMs: 60_000 },
      { service: 'user', path: '/unsubscribe', maxBodyBytes: 10 },
      { service: 'gone', path: '/gone/', maxBodyBytes: 10 },
    ],
    urlsOf: (name) => (name === 'gone' ? undefined : urls),
    log,
  },
);
beforeAll(async () => {
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
  urls = [`http://127.0.0.1:${(service.address() as AddressInfo).port}/graphql`];
  origin = await http.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  http.server.closeAllConnections();
  service.closeAllConnections();
  await http.close();
  await past.close();
  service.close();
});
afterEach(() => {
  handle = usual;
  received.length = 0;
});

const body = Buffer.alloc(1_000, 1);
const send = async (target: string, sent: Parameters<typeof rawRequest>[2] = {}) => {
  const { status, headers, body: bytes } = await rawRequest(origin, target, sent);
  return { status, headers, text: bytes.toString() };
};

test('method, address, body and headers go through, and so does the answer', async () => {
  const headers = { range: 'bytes=0-1', 'stripe-signature': 'x', authorization: 'Basic x' };
  const answer = await send('/media/a%20b.jpg?w=1', { method: 'PUT', body, headers });
  expect(answer).toMatchObject({ status: 200, text: 'PUT /media/a%20b.jpg?w=1 1000', headers: { etag: '"1"' } });
  expect(received[0]?.headers).toMatchObject({ ...headers, 'content-length': '1000', 'x-forwarded-for': '127.0.0.1' });
  expect(await send('/unsubscribe?token=1')).toMatchObject({ status: 200, text: 'GET /unsubscribe?token=1 0' });
  expect(await send('/media/1', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
});

test('nobody chooses who they are or where they come from; the request keeps one name', async () => {
  const forged = {
    [viewerHeader]: 'admin',
    'x-forwarded-for': '1.2.3.4',
    'x-forwarded-host': 'evil',
    'x-real-ip': '1.2.3.4',
    forwarded: 'for=1.2.3.4',
  };
  const { headers } = await send('/media/1', { headers: { ...forged, 'x-request-id': 'request-7' } });
  const got = received[0]?.headers ?? {};
  expect(got['x-forwarded-for']).toBe('127.0.0.1');
  for (const name of [viewerHeader, 'x-forwarded-host', 'x-real-ip', 'forwarded'])
    expect(got[name], name).toBeUndefined();
  expect([got['x-request-id'], headers['x-request-id']]).toEqual(['request-7', 'request-7']);
});

test.each([
  ['/media/../graphql', 404],
  ['/media/%2e%2e/metrics', 404],
  ['/media/..%2fmetrics', 404],
  ['/media/a/./b', 404],
  ['/media//metrics', 404],
  ['/media/..%5cmetrics', 404],
  ['/media/%252e%252e/metrics', 404],
  ['/media/%00', 404],
  ['/media/..;/metrics', 404],
  ['/media', 404],
  ['/unsubscribe/more', 404],
  ['/metrics/media/', 404],
  ['/gone/1', 404],
])('%s is not passed on', async (target, status) => {
  expect((await send(target)).status).toBe(status);
  expect(received).toHaveLength(0);
});

describe('a body', () => {
  test('that is too long, or of unknown length, is refused before its service hears of it', async () => {
    const refused = async (sent: Parameters<typeof rawRequest>[2], target = '/media/1') => {
      const { status, text } = await send(target, sent);
      return [status, JSON.parse(text).error.code];
    };
    expect(await refused({ method: 'PUT', body: Buffer.alloc(1_001) })).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    expect(await refused({ method: 'POST', body: Buffer.alloc(11) }, '/unsubscribe')).toEqual([
      413,
      'PAYLOAD_TOO_LARGE',
    ]);
    expect(await refused({ method: 'PUT', body, headers: { 'transfer-encoding': 'chunked' } })).toEqual([
      411,
      'LENGTH_REQUIRED',
    ]);
    expect(received).toHaveLength(0);
  });

  test('that breaks off, breaks off there', async () => {
    let hasBroken = false;
    handle = (request) => void request.once('error', () => (hasBroken = true));
    const socket = connect(Number(new URL(origin).port), '127.0.0.1');
    socket.write('PUT /media/1 HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nhalf');
    await until('it arrives', () => received.length > 0);
    socket.destroy();
    await until('it breaks off there', () => hasBroken);
  });

  test('that is refused early gets the answer, and not a reset', async () => {
    handle = (_, answer) => void answer.writeHead(415).end('{}');
    expect(await send('/media/1', { method: 'PUT', body })).toMatchObject({ status: 415 });
  });
});

describe('a service', () => {
  test('that is away is unavailable, with a code', async () => {
    const before = urls;
    urls = ['http://127.0.0.1:1/graphql'];
    const answer = await send('/media/1');
    urls = before;
    expect([answer.status, JSON.parse(answer.text).error.code, answer.headers['retry-after']]).toEqual([
      503,
      'SUBGRAPH_UNAVAILABLE',
      '1',
    ]);
  });

  test('of which one replica is away is read from another one; what has a body is sent once', async () => {
    const before = urls;
    urls = ['http://127.0.0.1:1/graphql', ...(before ?? [])];
    const statuses = new Set<number>();
    for (let n = 0; n < 4; n++) statuses.add((await send('/media/1')).status);
    expect([...statuses]).toEqual([200]);
    const puts: number[] = [];
    for (let n = 0; n < 4; n++) puts.push((await send('/media/1', { method: 'PUT', body })).status);
    urls = before;
    expect(puts.toSorted()).toEqual([200, 200, 503, 503]);
  });

  test('that breaks off its answer breaks it off here', async () => {
    handle = (_, answer) => {
      answer.writeHead(200, { 'content-length': 1_000 }).write('half');
      setTimeout(() => answer.destroy(), 20);
    };
    await expect(send('/media/1')).rejects.toThrow();
  });

  test('takes so many at once, and the next one is told to wait', async () => {
    const waiting: ServerResponse[] = [];
    handle = (_, answer) => void waiting.push(answer);
    const [first, second] = [send('/media/1'), send('/media/2')];
    await until('both are there', () => waiting.length === 2);
    expect(await send('/media/3')).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    for (const answer of waiting) answer.end('late');
    expect([(await first).text, (await second).text]).toEqual(['late', 'late']);
    handle = usual;
    await until('there is room again', async () => (await send('/media/4')).status === 200);
  });
});
