/** A bare proxy: passes bytes on to a server that has the whole answer. What HTTP alone costs on Node. */
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { Pool } from 'undici';

const { WHOLE_URL = '', PORT } = process.env;
const { origin, pathname } = new URL(WHOLE_URL);
const pool = new Pool(origin, { connections: 256 });

const server = createServer(async (request, response) => {
  try {
    const answer = await pool.request({
      path: pathname,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: await buffer(request),
    });
    const { 'content-length': length } = answer.headers;
    response.writeHead(answer.statusCode, { 'content-type': 'application/json', 'content-length': String(length) });
    answer.body.pipe(response);
  } catch (error) {
    response.writeHead(502).end((error as Error).message);
  }
});
server.listen(Number(PORT), '127.0.0.1');
