import { expect, it } from 'vitest';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { createMetrics } from '../observability/metrics.ts';
import { createHttpServer, forwardedFor } from './server.ts';

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
