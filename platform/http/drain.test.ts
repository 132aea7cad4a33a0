import { once } from 'node:events';
import { connect } from 'node:net';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { until } from '#kit/vitest/until.ts';
import { createMetrics } from '../observability/metrics.ts';
import { createHttpServer } from './server.ts';

const serving = async (options: { drainNoticeMs?: number; notReady?: () => Promise<string[]> } = {}) => {
  const http = createHttpServer({
    log: pino({ level: 'silent' }),
    metrics: createMetrics('test'),
    notReady: async () => [],
    ...options,
  });
  http.get('/hello', async () => 'hello');
  return { http, url: await http.listen({ host: '127.0.0.1', port: 0 }) };
};

test('answers what was sent on an open connection at the very moment the end begins', async () => {
  const { http, url } = await serving();
  const client = connect(Number(new URL(url).port), '127.0.0.1');
  let answers = '';
  client.on('data', (bytes) => {
    answers += bytes;
  });
  client.write('GET /hello HTTP/1.1\r\nhost: test\r\n\r\n');
  await until('the first is answered', () => answers.endsWith('hello'));

  answers = '';
  client.write('GET /hello HTTP/1.1\r\nhost: test\r\n\r\n');
  const closed = http.close();
  await once(client, 'close');
  await closed;
  expect(answers).toMatch(/^HTTP\/1\.1 200 OK\r\n.*connection: close.*hello$/is);
});

test('does not wait for a client that has opened a connection and sends nothing', async () => {
  const { http, url } = await serving();
  const client = connect(Number(new URL(url).port), '127.0.0.1');
  await once(http.server, 'connection');
  const gone = once(client, 'close');
  client.resume();
  await http.close();
  await gone;
});

test('keeps serving during the notice period, reports not ready, and closes each connection after its response', async () => {
  let waitingFor: string[] = [];
  const { http, url } = await serving({ drainNoticeMs: 300, notReady: async () => waitingFor });
  waitingFor = ['shutting down'];
  const closed = http.close();
  const ready = await fetch(`${url}/health/ready`);
  const served = await fetch(`${url}/hello`);
  expect([ready.status, served.status, served.headers.get('connection')]).toEqual([503, 200, 'close']);
  await closed;
  await expect(fetch(`${url}/hello`)).rejects.toThrow('fetch failed');
});

test('a request that is no HTTP, and one whose headers are endless, get a coded answer and no more', async () => {
  const { http, url } = await serving();
  const ask = async (text: string) => {
    const client = connect(Number(new URL(url).port), '127.0.0.1');
    let answer = '';
    client.on('data', (bytes) => {
      answer += bytes;
    });
    client.write(text);
    await once(client, 'close');
    return answer;
  };
  expect(await ask('HELLO?\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 .*"code":"BAD_REQUEST"/s);
  expect(await ask(`GET / HTTP/1.1\r\nhost: test\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 431 .*"code":"HEADERS_TOO_LARGE"/s,
  );
  expect((await fetch(`${url}/hello`)).status).toBe(200);
  await http.close();
});
