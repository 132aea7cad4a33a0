import { connect, createServer, type Socket } from 'node:net';

export interface BreakableLink {
  /** The address of the server, by way of the link. */
  readonly url: string;
  /** Ends all connections and refuses new ones, as if the server had gone away. */
  cut(): Promise<void>;
  restore(): Promise<void>;
  /** Nothing goes through the connections of now any more, and nobody is told, as when a router forgets them. */
  silence(): void;
  close(): Promise<void>;
}

/** A link to a server that a test can cut: the server itself is shared and stays up. */
export const breakableLink = async (url: string): Promise<BreakableLink> => {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const forward = (inbound: Socket) => {
    const outbound = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [inbound, outbound],
      [outbound, inbound],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  };
  let server = createServer(forward);
  const listen = (port: number) =>
    new Promise<number>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    });
  const port = await listen(0);
  const cut = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    url: Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(port) }).href,
    cut,
    silence: () => {
      for (const socket of sockets) {
        socket.unpipe();
        socket.pause();
      }
    },
    restore: async () => {
      server = createServer(forward);
      await listen(port);
    },
    close: cut,
  };
};
