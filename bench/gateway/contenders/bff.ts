/**
 * A backend-for-frontend as somebody would write it by hand for these operations alone: a pool of connections per
 * subgraph, one `JSON.parse` per fetch, one `JSON.stringify` per answer. It neither parses nor validates GraphQL.
 */
import { createServer, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { Pool } from 'undici';
import type { Ask, Operation } from '../graphs/graph.ts';
import { graphOf } from '../graphs/graphs.ts';

const { GRAPH = '', SUBGRAPH_URLS = '{}', PORT } = process.env;
const { operations, handwritten } = graphOf(GRAPH);
const byQuery = new Map(Object.entries(operations).map(([name, { query }]) => [query, handwritten[name]]));
const pools = new Map(
  Object.entries<string>(JSON.parse(SUBGRAPH_URLS)).map(([name, url]) => {
    const { origin, pathname } = new URL(url);
    return [name, { pool: new Pool(origin, { connections: 256 }), path: pathname }];
  }),
);

const askFor =
  (authorization: string | undefined): Ask =>
  async (subgraph, operation) => {
    const target = pools.get(subgraph);
    if (!target) throw new Error(`there is no subgraph ${subgraph}`);
    const { body } = await target.pool.request({
      path: target.path,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
      body: JSON.stringify(operation),
    });
    const { data, errors } = JSON.parse(await body.text());
    if (errors) throw new Error(errors[0].message);
    return data;
  };

const answer = async (request: IncomingMessage): Promise<string> => {
  const { query } = (await json(request)) as Operation;
  const write = byQuery.get(query);
  if (!write) throw new Error('an operation that nobody has written by hand');
  return JSON.stringify({ data: await write(askFor(request.headers.authorization)) });
};

const server = createServer((request, response) => {
  answer(request).then(
    (body) =>
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
        .end(body),
    (error: Error) => response.writeHead(500).end(error.message),
  );
});
server.listen(Number(PORT), '127.0.0.1');
