import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { Duplex } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aGateway, type GatewayFixture } from '#kit/gateway/gateway.ts';
import { refuseWebSocket, websocketRefusal } from './websocket-refusal.ts';

let gateway: GatewayFixture;
beforeAll(async () => {
  gateway = await aGateway();
});
afterAll(() => gateway.close());

it.each([[['graphql-transport-ws']], [['graphql-ws', 'graphql-transport-ws']], [[]]])(
  'a WebSocket client (%s) is told the supported transport, and does not retry',
  async (protocols) => {
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, protocols);
    const { code, reason } = await new Promise<CloseEvent>((resolve) => socket.addEventListener('close', resolve));
    expect([code, reason]).toEqual([4406, websocketRefusal]);
  },
);

it('another upgrade request is answered without an upgrade', async () => {
  const headers = { upgrade: 'h2c', connection: 'Upgrade, HTTP2-Settings', 'http2-settings': 'AAMAAABkAAQ' };
  const asked = request(`${gateway.url}/health/live`, { headers });
  asked.end();
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  asked.on('response', ({ statusCode }) => resolve(statusCode)).on('error', reject);
  expect(await promise).toBe(200);
});

it('a client that never closes is disconnected', async () => {
  const silent = new Duplex({ read: () => undefined, write: (_, __, done) => done() });
  refuseWebSocket({ headers: {} } as IncomingMessage, silent);
  await once(silent, 'close');
});
