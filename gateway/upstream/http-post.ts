/**
 * One POST and its whole answer as text. undici's `dispatch` gives the parts as they arrive; `request` would pass them
 * through a stream, at a third of the CPU that a fetch costs.
 */
import type { Dispatcher } from 'undici';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly bytes: number;
}

interface Post {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Aborted: rejects at once with its reason, and the connection is closed. */
  readonly signal: AbortSignal;
}

/** Rejects with undici's error, or the signal's reason. */
export const post = (dispatcher: Dispatcher, { path, headers, body, signal }: Post): Promise<HttpAnswer> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    let controller: Dispatcher.DispatchController | undefined;
    const abort = () => {
      reject(signal.reason);
      controller?.abort(signal.reason);
    };
    const settled = () => signal.removeEventListener('abort', abort);
    signal.addEventListener('abort', abort);
    const chunks: Buffer[] = [];
    let status = 0;
    let received: HttpAnswer['headers'] = {};
    dispatcher.dispatch(
      { method: 'POST', path, headers, body },
      {
        onRequestStart: (started) => {
          controller = started;
          // While it waited for a connection.
          if (signal.aborted) started.abort(signal.reason);
        },
        onResponseStart: (_, statusCode, responseHeaders) => {
          status = statusCode;
          received = responseHeaders;
        },
        onResponseData: (_, chunk) => void chunks.push(chunk),
        onResponseEnd: () => {
          settled();
          resolve({ status, headers: received, ...textIn(chunks) });
        },
        onResponseError: (_, error) => {
          settled();
          reject(error);
        },
      },
    );
  });

const byteOrderMark = '\ufeff';

const textIn = (chunks: readonly Buffer[]): Pick<HttpAnswer, 'text' | 'bytes'> => {
  const [only] = chunks;
  const whole = only && chunks.length === 1 ? only : Buffer.concat(chunks);
  const text = whole.toString('utf8');
  return { text: text.startsWith(byteOrderMark) ? text.slice(1) : text, bytes: whole.length };
};
