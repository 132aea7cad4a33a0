/** A graph of fake subgraphs that fail in every way that a subgraph can, for tests and the benchmark. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type SubgraphName, subgraphNames } from '#ops/services.ts';
import { composeSupergraph } from '#tools/compose/composition.ts';

export const faults = [
  'killed',
  'frozen',
  'answering 500',
  'answering garbage',
  'answering 10 MB',
  'slow by 3 s',
  'flapping',
] as const;
export type Fault = (typeof faults)[number];

export interface FakeSubgraph {
  readonly name: SubgraphName;
  readonly url: string;
  /** GraphQL requests that have come. */
  readonly received: () => number;
  become(state: Fault | 'well'): Promise<void>;
  close(): Promise<void>;
}

/** Each subgraph has one root field, of its own name: `{ user product order payment }` asks all four at once. */
export const fakeSupergraph = (): string => {
  const composed = composeSupergraph(
    subgraphNames.map((name) => ({
      name,
      url: 'http://127.0.0.1:1/graphql',
      file: `${name}.graphql`,
      sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@shareable"])
        type Query { ${name}: String }`,
    })),
  );
  if ('errors' in composed) throw new Error(composed.errors.map(({ message }) => message).join('\n'));
  return composed.supergraph;
};

export const fakeSubgraph = async (name: SubgraphName): Promise<FakeSubgraph> => {
  const wellAnswer = JSON.stringify({ data: { [name]: 'well' } });
  let received = 0;
  let state: Fault | 'well' = 'well';
  const behave: Record<Exclude<Fault, 'killed'> | 'well', RequestListener> = {
    well: (_, response) => void response.end(wellAnswer),
    frozen: () => undefined,
    'answering 500': (_, response) => void response.writeHead(500).end('{"error":"out of order"}'),
    'answering garbage': (_, response) => void response.end('<html>welcome to nginx'),
    'answering 10 MB': (_, response) => void response.end(tenMegabytes),
    'slow by 3 s': (_, response) => void setTimeout(() => response.end(wellAnswer), 3_000),
    // Well for a request, gone for two: under any time-out, over any threshold.
    flapping: (request, response) => void (received % 3 === 0 ? response.end(wellAnswer) : request.socket.destroy()),
  };
  const server = createServer((request, response) => {
    received += 1;
    // Read to its end, or the connection cannot be used again.
    request.resume();
    if (state !== 'killed') behave[state](request, response);
  });
  const port = await listen(server, 0);
  return {
    name,
    url: `http://127.0.0.1:${port}/graphql`,
    received: () => received,
    become: async (next) => {
      if (next === 'killed') await close(server);
      else if (state === 'killed') await listen(server, port);
      // What hangs from the state before would hang for ever.
      else server.closeAllConnections();
      state = next;
    },
    close: () => (state === 'killed' ? Promise.resolve() : close(server)),
  };
};

// Valid, and too long: to be given up by its length and not by its form.
const tenMegabytes = Buffer.from(JSON.stringify({ data: { user: 'x'.repeat(10 * 1_048_576) } }));

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
