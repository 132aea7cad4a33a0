/** Over real connections: what matters is what a client sees. */
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMetrics } from '../observability/metrics.ts';
import { createHttpServer } from './server.ts';

const received: unknown[] = [];
const limit = 100_000;
const http = createHttpServer({
  log: pino({ level: 'silent' }),
  metrics: createMetrics('test'),
  notReady: async () => [],
  bodyLimitBytes: limit,
  bodyLimitValues: 20,
});
http.post('/', async ({ body }) => {
  received.push(body);
  return body;
});
let url: string;
beforeAll(async () => {
  url = await http.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => http.close());

const post = async (bytes: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: bytes,
  });
  const body = (await response.json()) as { error?: { code: string } };
  return { status: response.status, code: body.error?.code, body };
};
const utf8 = new TextEncoder();
const name = utf8.encode('{"name":"Renée 한"}');
/** As ISO 8859-1 has it: é is one byte, which is no UTF-8. */
const latin1 = Uint8Array.from(Buffer.from('{"name":"Renée"}', 'latin1'));

describe('a JSON body', () => {
  it.each([
    ['says no charset', 'application/json'],
    ['says UTF-8', 'application/json; charset=utf-8'],
    ['says it in quotes', 'application/json;charset="UTF-8"'],
    ['says it as many do', 'application/json; charset=utf8'],
    ['says something else besides', 'application/json; profile="a;charset"; charset=utf-8'],
  ])('that %s is read as UTF-8', async (_, type) => {
    expect(await post(name, { 'content-type': type })).toMatchObject({ status: 200, body: { name: 'Renée 한' } });
  });

  it.each([
    ['Latin-1 that says so', latin1, { 'content-type': 'application/json; charset=iso-8859-1' }, 415],
    ['UTF-8 that says it is Latin-1', name, { 'content-type': 'application/json; charset=latin1' }, 415],
    ['one that says UTF-7', name, { 'content-type': 'application/json;charset=utf-7' }, 415],
    ['one that says two charsets', name, { 'content-type': 'application/json; charset=utf-8; charset="utf-16"' }, 415],
    ['Latin-1 that does not say so', latin1, {}, 400],
    ['half of a character', name.slice(0, -3), {}, 400],
    ['what says that it is compressed', name, { 'content-encoding': 'gzip' }, 415],
    ['what says that it is compressed twice', name, { 'content-encoding': 'identity, gzip' }, 415],
    ['text', name, { 'content-type': 'text/plain' }, 415],
  ])('is not %s', async (_, bytes, headers, status) => {
    const before = received.length;
    expect(await post(bytes, headers)).toMatchObject({ status });
    expect(received.length).toBe(before);
  });
});

describe('the values of a JSON body', () => {
  it.each([
    ['a list of as many as there may be', `[${Array(19).fill(0)}]`, 200],
    ['signs in a text', JSON.stringify({ text: '[{,"\\,'.repeat(20) }), 200],
    ['a long list', `[${Array(21).fill(0)}]`, 413],
    ['a long list behind a text', `["\\\\\\"",${Array(20).fill('{}')}]`, 413],
    ['many keys', `{${Array.from({ length: 21 }, (_, n) => `"k${n}":0`)}}`, 413],
    ['lists in lists', `${'['.repeat(21)}${']'.repeat(21)}`, 413],
  ])('are counted before it is parsed: %s', async (_, json, status) => {
    const before = received.length;
    expect(await post(utf8.encode(json))).toMatchObject({ status });
    expect(received.length - before).toBe(status === 200 ? 1 : 0);
  });
});

describe('a body that is too large', () => {
  const open = async () => {
    const client = connect((http.server.address() as AddressInfo).port, '127.0.0.1');
    await once(client, 'connect');
    const seen = { text: '', error: undefined as Error | undefined };
    client.on('data', (chunk) => {
      seen.text += chunk;
    });
    client.on('error', (error) => {
      seen.error = error;
    });
    return { client, seen };
  };
  const send = async (client: Socket, bytes: number) => {
    for (let sent = 0; sent < bytes && !client.destroyed; sent += limit) {
      if (client.write('x'.repeat(limit))) continue;
      await new Promise<void>((resolve) => {
        client.once('drain', resolve);
        client.once('close', () => resolve());
      });
    }
  };
  // Not `once`, which takes an error for the end of the waiting.
  const closed = (client: Socket) =>
    client.closed || new Promise<boolean>((resolve) => client.once('close', () => resolve(true)));
  const head = 'POST / HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n';

  it.each([
    ['is announced', `content-length: ${limit * 20}\r\n\r\n`, ''],
    ['is not announced', `transfer-encoding: chunked\r\n\r\n${(limit * 20).toString(16)}\r\n`, '\r\n0\r\n\r\n'],
  ])('and %s is read to its end, so that its client sees the answer', async (_, framing, end) => {
    const { client, seen } = await open();
    client.write(head + framing);
    await send(client, limit * 2);
    // Long enough for a connection that is going to be closed already.
    await pause(100);
    await send(client, limit * 18);
    client.write(end);
    await closed(client);
    expect(seen.error).toBeUndefined();
    expect(seen.text).toMatch(/^HTTP\/1\.1 413 [\s\S]*PAYLOAD_TOO_LARGE/);
  });

  it('and has no end is not read for ever', async () => {
    const { client } = await open();
    client.write(`${head}transfer-encoding: chunked\r\n\r\n${(1_000_000_000).toString(16)}\r\n`);
    await send(client, 1_000_000_000);
    await closed(client);
    expect(client.bytesWritten).toBeLessThan(100_000_000);
  });

  it('and is announced as endless is answered at once', async () => {
    const { client, seen } = await open();
    client.write(`${head}content-length: 1000000000\r\n\r\n`);
    await closed(client);
    expect(seen.text).toMatch(/^HTTP\/1\.1 413 /);
  });
});
