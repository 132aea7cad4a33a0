import { connect, constants } from 'node:http2';
import { get } from 'node:https';
import type { Step } from '../step.ts';

export const edge: Step = {
  name: 'the edge speaks TLS and HTTP/2, compresses, lets webhooks in, and hides the rest',
  run: async ({ stack, say }) => {
    await stack.compose('--profile', 'edge', 'up', '--detach', '--wait', '--pull', 'never', '--no-recreate', 'edge');
    const ca = await stack.compose('exec', '--no-TTY', 'edge', 'cat', '/run/agora/EDGE_CERTIFICATE');
    const question = JSON.stringify({ query: '{ products(first: 20) { edges { node { title slug } } } }' });
    const answer = await overHttp2(ca, '/graphql', question);
    if (answer.status !== 200 || answer.encoding !== 'gzip')
      throw new Error(`HTTP/2 answered ${answer.status}, encoding ${answer.encoding}`);
    for (const [path, status] of Object.entries(paths)) {
      const got = await statusOf(ca, path);
      if (got !== status) throw new Error(`${path}: ${got} instead of ${status}`);
    }
    const forged = await overHttp2(ca, '/webhooks/simulator', '{}');
    if (forged.status !== 401 && forged.status !== 400) throw new Error(`an unsigned webhook got ${forged.status}`);
    say(`HTTP/2 with ${answer.encoding}; an unsigned webhook is answered ${forged.status} by payment`);
  },
};

/** Of "#" the edge says that it is no address: its rules are matched without what is behind it, which gateways would get. */
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

const statusOf = (ca: string, path: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    get(origin, { ca, path }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    }).once('error', reject);
  });
