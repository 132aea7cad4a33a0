import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { becomesReady, programOf } from './services.ts';

it('starts main.ts of a service by Node, from the root', () => {
  expect(programOf({ name: 'order', kind: 'subgraph', port: 1 }, '/shop')).toEqual({
    name: 'order',
    command: process.execPath,
    args: ['/shop/subgraphs/order/main.ts'],
    cwd: '/shop',
  });
});

it('starts a service in another language by its own command, in its folder', () => {
  const program = { command: ['python3', '-m', 'search'], variables: ['SEARCH_PORT'] };
  expect(programOf({ name: 'search', kind: 'subgraph', port: 1, program }, '/shop')).toEqual({
    name: 'search',
    command: 'python3',
    args: ['-m', 'search'],
    cwd: '/shop/subgraphs/search',
  });
});

let server: Server;
let url: string;
let status: number;

beforeEach(async () => {
  server = createServer((_, response) => {
    response.statusCode = status;
    response.end('{"waitingFor":["database"]}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => server.close());

describe('becomesReady', () => {
  it('waits until the process reports ready', async () => {
    status = 503;
    setTimeout(() => (status = 200), 100);
    expect(await becomesReady({ state: 'running' }, url, 5_000)).toBe('ready');
  });

  it('reports what the process waits for when that takes too long', async () => {
    status = 503;
    expect(await becomesReady({ state: 'running' }, url, 10)).toEqual({
      because: 'it says {"waitingFor":["database"]}',
    });
  });

  it('reports a process that does not answer', async () => {
    server.close();
    expect(await becomesReady({ state: 'restarting' }, url, 10)).toEqual({ because: 'it does not answer' });
  });

  it('does not wait for a process that is down, even if something else answers at its address', async () => {
    status = 200;
    expect(await becomesReady({ state: 'failed' }, url, 5_000)).toEqual({ because: 'it is not running' });
  });
});
