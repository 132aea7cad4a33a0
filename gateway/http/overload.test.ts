import { connect, type Socket } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { aGateway } from '#kit/gateway/gateway.ts';
import { until } from '#kit/vitest/until.ts';
import { limitBodyMemory } from './http-server.ts';
import { nextPressure, noPressure } from './load-shedding.ts';

let http: FastifyInstance;
let url: string;
let begun = 0;
const sockets: Socket[] = [];

beforeEach(async () => {
  http = Fastify();
  begun = 0;
  http.addHook('preParsing', async () => void begun++);
  limitBodyMemory(http, 1_000, { smallBytes: 100, largeTogetherBytes: 2_500 });
  http.post('/', async (request) => Object.keys(request.body as object).length);
  url = await http.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await http.close();
});

/** Sends the first bytes of a body, and no more. */
const stalled = async (length: string): Promise<Socket> => {
  const before = begun;
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  sockets.push(socket);
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${length}\r\n\r\n`);
  await until('it arrives', () => begun > before);
  return socket;
};
const statusOf = async (bytes: number): Promise<number> => {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(url, { method: 'POST', headers, body: JSON.stringify({ a: 'x'.repeat(bytes - 8) }) })).status;
};

it.each(['content-length: 1000', 'transfer-encoding: chunked'])(
  'unfinished bodies (%s) block other large ones, but no small ones',
  async (length) => {
    await stalled(length);
    const leaving = await stalled(length);
    expect([await statusOf(900), await statusOf(100)]).toEqual([503, 200]);
    leaving.destroy();
    await until('room again', async () => (await statusOf(900)) === 200);
  },
);

it('a body stops counting once it is read', async () => {
  for (let n = 0; n < 10; n++) expect(await statusOf(1_000)).toBe(200);
  expect(await Promise.all([statusOf(1_000), statusOf(1_000)])).toEqual([200, 200]);
});

it('the body limit is configurable', async () => {
  const narrow = await aGateway({ LIMIT_BODY_BYTES: '200' });
  const sized = (bytes: number) => narrow.ask(`{ me }${' '.repeat(bytes)}`);
  expect((await sized(10)).status).toBe(200);
  const refused = await sized(300);
  await narrow.close();
  expect([refused.status, refused.body.errors?.[0]?.extensions.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
});

const limitMs = 100;
/** Whether it sheds after each of these samples. */
const after = (...delays: number[]): boolean[] => {
  let pressure = noPressure;
  return delays.map((delayMs) => {
    pressure = nextPressure(pressure, delayMs, limitMs);
    return pressure.shedding;
  });
};

it('sheds after two consecutive samples above the limit', () => {
  expect(after(150, 150)).toEqual([false, true]);
});

it('does not shed for an occasional long task', () => {
  expect(after(900, 10, 900, 10)).toEqual([false, false, false, false]);
});

it('sheds until well below the limit, but does not start there', () => {
  expect(after(150, 150, 90, 60, 51, 49, 60, 90)).toEqual([false, true, true, true, true, false, false, false]);
});
