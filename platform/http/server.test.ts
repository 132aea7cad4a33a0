import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { pino } from 'pino';
import { getGlobalDispatcher, ProxyAgent, setGlobalDispatcher } from 'undici';
import { afterEach, expect, it, test } from 'vitest';
import { getTarget } from '#kit/network/get-target.ts';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { contextIfAny } from '../observability/context.ts';
import { createMetrics } from '../observability/metrics.ts';
import { directFetch } from './direct-fetch.ts';
import { createHttpServer, forwardedFor } from './server.ts';

let waitingFor: string[] = [];
const server = () =>
  createHttpServer({
    log: pino({ level: 'silent' }),
    metrics: createMetrics('test'),
    notReady: async () => waitingFor,
  });
const http = server();
http.get('/who', async () => ({ correlationId: contextIfAny()?.correlationId }));
http.get('/bug', async () => {
  throw new Error('password=hunter2');
});
afterEach(() => {
  waitingFor = [];
});

test('is live always, and ready when nothing is waited for', async () => {
  expect((await http.inject('/health/live')).statusCode).toBe(200);
  expect((await http.inject('/health/ready')).statusCode).toBe(200);
  waitingFor = ['database'];
  const response = await http.inject('/health/ready');
  expect(response.statusCode).toBe(503);
  expect(response.json()).toEqual({ status: 'not ready', waitingFor: ['database'] });
});

test('serves Prometheus metrics', async () => {
  const { body } = await http.inject('/metrics');
  expect(body).toContain('process_cpu_seconds_total{service="test"}');
});

test('describes its metrics as JSON on request, also those that have not counted yet', async () => {
  const response = await http.inject({ url: '/metrics', headers: { accept: 'application/json' } });
  expect(response.json()).toContainEqual({
    name: 'http_request_duration_seconds',
    type: 'histogram',
    help: expect.stringContaining('HTTP requests'),
    labels: ['method', 'route', 'status'],
  });
});

test('measures requests by route and status; whatever has no route has one name', async () => {
  const measured = server();
  measured.get('/things/:id', async () => 'a thing');
  const hangUp = new AbortController();
  measured.get('/slow', () => new Promise(() => hangUp.abort()));
  const url = await measured.listen({ host: '127.0.0.1', port: 0 });
  for (const path of ['/things/1', '/things/2', '/secret-1', '/secret-2']) await (await fetch(url + path)).text();
  await fetch(`${url}/slow`, { signal: hangUp.signal }).catch(() => undefined);
  const counted = async () => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return text.split('\n').filter((line) => /^http_request_duration_seconds_count.*(things|unknown|slow)/.test(line));
  };
  await expect
    .poll(counted)
    .toEqual([
      expect.stringMatching(/method="GET",route="\/things\/:id",status="200".* 2$/),
      expect.stringMatching(/method="any",route="unknown",status="404".* 2$/),
      expect.stringMatching(/method="GET",route="\/slow",status="gone".* 1$/),
    ]);
  await measured.close();
});

test("takes over the caller's request id and gives it back", async () => {
  const response = await http.inject({ url: '/who', headers: { 'x-request-id': 'abc-1' } });
  expect(response.headers['x-request-id']).toBe('abc-1');
  expect(response.json()).toEqual({ correlationId: 'abc-1' });
});

test.each(['a\tb', 'x'.repeat(101), '{"a":1}'])('replaces the unfit request id %o', async (id) => {
  const response = await http.inject({ url: '/who', headers: { 'x-request-id': id } });
  expect(response.json().correlationId).toMatch(/^[0-9a-f-]{36}$/);
});

test.each([
  ['"#" in the address', '/health/live#'],
  ['"#" in its query', '/health/live?x=1#y=2'],
  ['"#" in an address with a host', 'http://localhost/health/live?#'],
  ['"#" where there is nothing', '/nowhere#'],
  ['an escape that is none', '/%zz'],
  ['an escape that is none in its query', '/health/live?x=%a'],
  ['Latin-1 in its query', '/health/live?x=Ren%E9e'],
])('%s is refused with a code, and not echoed', async (_, target) => {
  const refusing = server();
  const url = await refusing.listen({ host: '127.0.0.1', port: 0 });
  const { status, body } = await getTarget(url, target);
  const { error } = body as { error: { code: string; message: string } };
  expect([status, error.code]).toEqual([400, 'BAD_REQUEST_TARGET']);
  expect(error.message).not.toContain('live');
  await refusing.close();
});

test('a bug is masked, a missing page and a broken body are coded', async () => {
  const bug = await http.inject('/bug');
  expect(bug.statusCode).toBe(500);
  expect(bug.body).not.toContain('hunter2');
  expect((await http.inject('/nowhere')).json().error.code).toBe('NOT_FOUND');
  const broken = await http.inject({
    method: 'POST',
    url: '/bug',
    headers: { 'content-type': 'application/json' },
    payload: '{',
  });
  expect([broken.statusCode < 500, typeof broken.json().error.code]).toEqual([true, 'string']);
});

test('ends as soon as the request under way is answered, though its connection is kept alive', async () => {
  const ending = server();
  ending.get('/slow', () => new Promise((resolve) => setTimeout(resolve, 50, { slow: true })));
  const url = await ending.listen({ host: '127.0.0.1', port: 0 });
  const underWay = fetch(`${url}/slow`);
  await new Promise((resolve) => setTimeout(resolve, 20));
  await ending.close();
  expect(await (await underWay).json()).toEqual({ slow: true });
});

it.each([
  ['203.0.113.7', '203.0.113.7'],
  ['198.51.100.1, 203.0.113.7', '198.51.100.1, 203.0.113.7'],
  ['203.0.113.7:40123', '203.0.113.7'],
  ['[2001:db8::1]:40123', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['2001:db8::1', '2001:db8::1'],
  ['198.51.100.1, unknown, 203.0.113.7', '203.0.113.7'],
  ['203.0.113.7, made up', ''],
  ['203.0.113.7:port', ''],
  [' ', ''],
])('of "%s" are told "%s"', (header, addresses) => {
  expect(forwardedFor(header)).toBe(addresses);
});

it('a client behind a proxy that adds ports is one client, and one that makes up addresses is the proxy', async () => {
  const http = createHttpServer({
    log: recordedLog().log,
    metrics: createMetrics('test'),
    notReady: async () => [],
    trustedProxies: ['127.0.0.1'],
  });
  http.get('/ip', async ({ ip }) => ip);
  const ip = async (header: string) =>
    (await http.inject({ url: '/ip', remoteAddress: '127.0.0.1', headers: { 'x-forwarded-for': header } })).body;
  expect(await ip('203.0.113.7:1001')).toBe('203.0.113.7');
  expect(await ip('203.0.113.7:1002')).toBe('203.0.113.7');
  expect(await ip('garbage-1')).toBe('127.0.0.1');
  expect(await ip('x'.repeat(5_000))).toBe('127.0.0.1');
  await http.close();
});

test('asks the address itself, whatever proxy the process has been given', async () => {
  const server = createServer((_, response) => response.end('here')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const before = getGlobalDispatcher();
  // As NODE_USE_ENV_PROXY does it. Nobody listens there.
  setGlobalDispatcher(new ProxyAgent('http://127.0.0.1:9'));
  try {
    await expect(fetch(url)).rejects.toThrow();
    expect(await (await directFetch(url)).text()).toBe('here');
  } finally {
    setGlobalDispatcher(before);
    server.close();
  }
});

test('a body that takes too long to arrive ends its request, by the time of its route', async () => {
  const patient = server();
  patient.post('/patient', async () => ({ done: true }));
  patient.post('/hasty', { config: { arrivalMs: 1 } }, async () => ({ done: true }));
  const { port } = new URL(await patient.listen({ host: '127.0.0.1', port: 0 }));
  const half = (path: string) => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{`);
    return socket;
  };
  const [slow, late] = [half('/patient'), half('/hasty')];
  expect(String((await once(late, 'data'))[0])).toMatch(/^HTTP\/1.1 408 .*REQUEST_TIMEOUT/s);
  slow.write('}');
  expect(String((await once(slow, 'data'))[0])).toMatch(/^HTTP\/1.1 200 /);
  slow.destroy();
  await patient.close();
});
