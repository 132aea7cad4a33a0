import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { isBlockedPort } from '#platform/config/config.ts';

// Below the ports that Linux and macOS give to outgoing connections: one of those can be taken again by any client,
// between asking for it and listening on it, or while the service that had it restarts.
const lowest = 10_000;
const highest = 32_000;
const tries = 100;

/** A port nobody listens on right now, and which no outgoing connection will take. */
export const freePort = async (): Promise<number> => {
  for (let attempt = 0; attempt < tries; attempt++) {
    const port = randomInt(lowest, highest);
    if (!isBlockedPort(port) && (await isPortFree(port))) return port;
  }
  throw new Error(`no free port found between ${lowest} and ${highest} in ${tries} tries`);
};

/** Whether nobody listens on this port at this address. */
export const isPortFree = async (port: number, host = '127.0.0.1'): Promise<boolean> => {
  try {
    await listenOnce(port, host);
    return true;
  } catch {
    return false;
  }
};

const listenOnce = (port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve()));
  });
