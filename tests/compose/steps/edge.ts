import { connect, constants } from 'node:http2';
import { request } from 'node:https';
import type { Step } from '../step.ts';

export const edge: Step = {
  name: 'the edge serves TLS and HTTP/2, compresses, passes webhooks and files on, and hides everything else',
  run: async ({ stack, log }) => {
    await stack.compose('--profile', 'edge', 'up', '--detach', '--wait', '--pull', 'never', '--no-recreate', 'edge');
    const ca = await stack.compose('exec', '--no-TTY', 'edge', 'cat', '/run/agora/EDGE_CERTIFICATE');
    const body = JSON.stringify({ query: '{ products(first: 20) { edges { node { title slug } } } }' });
    const answer = await overHttp2(ca, '/graphql', body);
    if (answer.status !== 200 || answer.encoding !== 'gzip')
      throw new Error(`HTTP/2 answered ${answer.status}, encoding ${answer.encoding}`);
    for (const [path, status] of Object.entries(paths)) {
      const got = await statusOf(ca, path);
      if (got !== status) throw new Error(`${path}: ${got} instead of ${status}`);
    }
    const forged = await overHttp2(ca, '/webhooks/simulator', '{}');
    if (forged.status !== 401 && forged.status !== 400) throw new Error(`an unsigned webhook got ${forged.status}`);
    const upload = await statusOf(ca, '/media/uploads/unknown', 'PUT');
    if (upload !== 411) throw new Error(`an upload without a body got ${upload}, not product's 411`);
    log(`HTTP/2 with ${answer.encoding}; payment answers an unsigned webhook with ${forged.status}`);
  },
};

/** A "#" is rejected: nginx matches locations without the fragment but would pass it on to the gateway. */
const paths = { '/metrics': 404, '/health/ready': 404, '/': 404, '/graphql#?query={__typename}': 400 };

const origin = 'https://localhost:18443';

const overHttp2 = (ca: string, path: string, body: string) =>
  new Promise<{ status: number; encoding: string }>((resolve, reject) => {
    const session = connect(origin, { ca });
    session.once('error', reject);
    const stream = session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: path,
      'content-type': 'application/json',
      'accept-encoding': 'gzip',
    });
    stream.once('error', reject);
    stream.once('response', (headers) => {
      stream.resume();
      stream.once('end', () => {
        session.close();
        resolve({ status: Number(headers[':status']), encoding: String(headers['content-encoding'] ?? 'none') });
      });
    });
    stream.end(body);
  });

const statusOf = (ca: string, path: string, method = 'GET') =>
  new Promise<number | undefined>((resolve, reject) => {
    const sent = request(origin, { ca, path, method }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    sent.once('error', reject);
    sent.end();
  });
