import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '#kit/vitest/until.ts';
import { type EventStream, type EventStreamOptions, eventStream } from './event-stream.ts';
import { eventStreamFormat, multipartFormat } from './stream-formats.ts';

let server: Server;
let response: ServerResponse;
let client: Socket;
let stream: EventStream;
let received: string;
let counts: { superseded: number; closed: number; beats: number };

const open = async (over: Partial<EventStreamOptions> = {}): Promise<void> => {
  client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [, answer] = await Promise.all([
    client.write('GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n'),
    once(server, 'request') as Promise<[unknown, ServerResponse]>,
  ]);
  response = answer[1];
  response.writeHead(200);
  stream = eventStream(response, {
    format: eventStreamFormat,
    heartbeatMs: 60_000,
    stalledMs: 60_000,
    onHeartbeat: () => void counts.beats++,
    onSuperseded: () => void counts.superseded++,
    onClose: () => void counts.closed++,
    ...over,
  });
};
const read = () =>
  client.on('data', (chunk) => {
    received += chunk;
  });

beforeEach(async () => {
  received = '';
  counts = { superseded: 0, closed: 0, beats: 0 };
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  client.destroy();
  server.closeAllConnections();
  server.close();
});

// More than sockets of both sides take in without being read.
const huge = 'x'.repeat(16_777_216);

describe('an event stream', () => {
  it('sends its events, then completes', async () => {
    await open();
    read();
    stream.send('1');
    stream.send('2');
    stream.complete();
    await once(client, 'close');
    expect(received.match(/data: \d|event: complete/g)).toEqual(['data: 1', 'data: 2', 'event: complete']);
  });

  it('keeps only the newest event for a client that does not read, and completes after it', async () => {
    await open();
    stream.send(huge);
    for (const text of ['old', 'older than the next', 'newest']) stream.send(text);
    stream.complete();
    expect(counts.superseded).toBe(2);
    expect(response.writableLength).toBeLessThan(huge.length + 1_000);
    read();
    await once(client, 'close');
    expect(counts.closed).toBe(1);
    expect(received.slice(-200).match(/data: \w+|event: complete/g)).toEqual(['data: newest', 'event: complete']);
  });

  it('closes a client that does not read for too long', async () => {
    await open({ stalledMs: 50 });
    stream.send(huge);
    await until('given up', () => counts.closed === 1);
  });

  it('sends heartbeats while idle, and none into a full connection', async () => {
    await open({ heartbeatMs: 10 });
    read();
    await until('a few beats', () => (received.match(/^:$/gm)?.length ?? 0) >= 3);
    client.pause();
    stream.send(huge);
    const [length, beats] = [response.writableLength, counts.beats];
    await until('more beats', () => counts.beats > beats + 3);
    expect(response.writableLength).toBeLessThanOrEqual(length);
  });

  it('disconnects without completing, so that the client reconnects', async () => {
    await open();
    read();
    stream.send('1');
    stream.disconnect();
    stream.send('2');
    await once(client, 'close');
    expect(received).toContain('data: 1');
    expect(received).not.toMatch(/data: 2|complete/);
  });

  it('notices that the client has left', async () => {
    await open();
    client.destroy();
    await until('noticed', () => counts.closed === 1);
    stream.send('1');
  });
});

describe('a stream in the multipart format', () => {
  /** Without the head, and the lengths of HTTP's chunks. */
  const body = (): string => {
    let rest = received.slice(received.indexOf('\r\n\r\n') + 4);
    let text = '';
    for (let chunk = /^([\da-f]+)\r\n/.exec(rest); chunk; chunk = /^([\da-f]+)\r\n/.exec(rest)) {
      const [head, length = ''] = chunk;
      const end = head.length + Number.parseInt(length, 16);
      text += rest.slice(head.length, end);
      rest = rest.slice(end + 2);
    }
    return text;
  };
  const parts = () =>
    body()
      .split('\r\n--graphql')
      .map((part) => part.split('\r\n\r\n').at(-1));

  it('has each part followed by its delimiter at once, and a last one at the end', async () => {
    await open({ format: multipartFormat });
    read();
    await until('its beginning', () => body().endsWith('{}\r\n--graphql'));
    stream.send('{"data":1}');
    await until('an update', () => body().endsWith('\r\n\r\n{"payload":{"data":1}}\r\n--graphql'));
    stream.complete();
    stream.send('{"data":2}');
    await once(client, 'close');
    expect(parts().slice(1)).toEqual(['{}', '{"payload":{"data":1}}', '--\r\n']);
    expect(body().match(/content-type: application\/json/g)).toHaveLength(2);
  });

  it('has heartbeats while idle', async () => {
    await open({ format: multipartFormat, heartbeatMs: 10 });
    read();
    await until('a few beats', () => parts().filter((part) => part === '{}').length > 3);
  });

  it.each<[string, () => void, string]>([
    ['fails', () => stream.fail({ message: 'no', extensions: { code: 'UNAUTHENTICATED' } }), 'UNAUTHENTICATED'],
    ['ends before its time', () => stream.disconnect(), 'SUBSCRIPTION_INTERRUPTED'],
  ])('that %s says so with an error of the stream', async (_, act, code) => {
    await open({ format: multipartFormat });
    read();
    act();
    await once(client, 'close');
    const [failure = '', last] = parts().slice(-2);
    expect(JSON.parse(failure)).toMatchObject({ payload: null, errors: [{ extensions: { code } }] });
    expect(last).toBe('--\r\n');
  });
});
