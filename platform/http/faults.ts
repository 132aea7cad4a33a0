/** What goes wrong before there is a request that a route could answer: told as a code and a sentence all the same. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

interface Fault {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const faults: Record<string, Fault> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'REQUEST_TIMEOUT', message: 'The request took too long to arrive.' },
  HPE_HEADER_OVERFLOW: {
    status: 431,
    code: 'HEADERS_TOO_LARGE',
    message: 'The headers, or the address, are too large: 16 KiB is the most.',
  },
};

const notHttp: Fault = { status: 400, code: 'BAD_REQUEST', message: 'The request is not valid HTTP.' };

/** For Node's `clientError`: the answer is written by hand, as there is no response to write it with. */
export const answerClientError = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy();
  const { status, code, message } = faults[error.code ?? ''] ?? notHttp;
  const body = JSON.stringify({ error: { code, message } });
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
};
