/** One HTTP request, whose target is sent as it is. */
import { request } from 'node:http';

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: Uint8Array;
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** As it is: `fetch` would tidy up the path, and adds headers. */
export const rawRequest = (origin: string, target: string, { method = 'GET', headers = {}, body }: Sent = {}) =>
  new Promise<Answered>((resolve, reject) => {
    const { hostname, port } = new URL(origin);
    const length = body && headers['transfer-encoding'] === undefined ? { 'content-length': body.length } : {};
    const sent = request({ hostname, port, path: target, method, headers: { ...length, ...headers } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('error', reject);
      answer.once('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
      );
    });
    sent.once('error', reject);
    sent.end(body);
  });
