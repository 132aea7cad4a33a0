import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getGlobalDispatcher, ProxyAgent, setGlobalDispatcher } from 'undici';
import { expect, test } from 'vitest';
import { directFetch } from './direct-fetch.ts';

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
