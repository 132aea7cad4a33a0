import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { choosePorts, freePorts, requireFree } from './ports.ts';

let rival: Server | undefined;

afterEach(() => rival?.close());

describe('choosePorts', () => {
  it('takes the variable, else counts from the given port, else the defaults', () => {
    expect(choosePorts({})).toMatchObject({ gateway: 4000, user: 4001, product: 4002, order: 4003, payment: 4004 });
    expect(choosePorts({ ORDER_PORT: '9000' }, 5000)).toMatchObject({ gateway: 5000, order: 9000, payment: 5004 });
  });

  it('refuses an invalid port', () => {
    expect(() => choosePorts({ ORDER_PORT: 'http' })).toThrow('ORDER_PORT=http: not a port');
    expect(() => choosePorts({}, 65_534)).toThrow('--ports-from 65534: not a port');
  });
});

describe('requireFree', () => {
  it('is content with free ports', async () => {
    await expect(requireFree(await freePorts(), '127.0.0.1')).resolves.toBeUndefined();
  });

  it('names the port that is taken and the variable that moves it', async () => {
    const ports = await freePorts();
    rival = createServer().listen(ports.user, '127.0.0.1');
    await once(rival, 'listening');
    await expect(requireFree(ports, '127.0.0.1')).rejects.toThrow(
      `Port ${ports.user} (user) is taken: free it, or set USER_PORT`,
    );
  });

  it('notices a listener on all addresses', async () => {
    const ports = await freePorts();
    rival = createServer().listen(ports.user, '0.0.0.0');
    await once(rival, 'listening');
    await expect(requireFree(ports, '127.0.0.1')).rejects.toThrow('(user) is taken');
  });

  it('refuses a port that no browser opens', async () => {
    await expect(requireFree({ ...(await freePorts()), gateway: 6000 }, '127.0.0.1')).rejects.toThrow(
      'Port 6000 (gateway) is one that browsers and fetch do not open: set GATEWAY_PORT to another.',
    );
  });

  it('refuses two services on one port', async () => {
    const ports = await freePorts();
    await expect(requireFree({ ...ports, order: ports.user }, '127.0.0.1')).rejects.toThrow(
      'is wanted by user and order',
    );
  });
});
