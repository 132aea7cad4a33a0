/**
 * The process of a graph's canned subgraphs. Its parent learns their URLs by its first message, sets what they wait
 * before each answer, and asks how many requests have come. It ends with its parent.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { cannedSubgraph } from './canned.ts';
import { graphOf } from './graphs/graphs.ts';
import type { FromSubgraphs, ToSubgraphs } from './subgraphs.ts';

let received = 0;
let delaysMs: Readonly<Record<string, number>> = {};
/** Whole answers for the bare proxy, by operation. */
const wholes = new Map<string, Buffer>();

const send = (response: ServerResponse, body: Buffer): void => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
};

const serve = async (answer: (body: string) => Promise<Buffer>, name: string): Promise<string> => {
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await answer(await text(request));
    received += 1;
    const delayMs = delaysMs[name] ?? delaysMs.all ?? 0;
    if (delayMs > 0) setTimeout(() => send(response, body), delayMs);
    else send(response, body);
  };
  const server = createServer((request, response) => {
    respond(request, response).catch((error: Error) => response.writeHead(500).end(error.message));
  });
  // Longer than any run: a connection that closes between two runs would be measured as a failure of the gateway.
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
};

const tell = (message: FromSubgraphs) => void process.send?.(message);

process.on('message', (message: ToSubgraphs) => {
  if (message.whole !== undefined) wholes.set(message.body, Buffer.from(message.whole));
  if (message.delaysMs) delaysMs = message.delaysMs;
  tell({ received });
  received = 0;
});
process.on('disconnect', () => process.exit());
// The parent decides when: a Ctrl-C reaches the whole group.
process.on('SIGINT', () => undefined);

const { subgraphs } = graphOf(process.argv[2] ?? '');
const urls: Record<string, string> = {};
for (const subgraph of subgraphs) urls[subgraph.name] = await serve(cannedSubgraph(subgraph).answer, subgraph.name);
const whole = await serve(async (body) => wholes.get(body) ?? Buffer.from('{"errors":[]}'), 'whole');
tell({ urls, whole });
