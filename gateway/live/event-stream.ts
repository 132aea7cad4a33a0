/** One client's stream. At most one event waits for a slow client: the newest. */
import type { ServerResponse } from 'node:http';
import type { GraphQLFormattedError } from 'graphql';
import type { StreamFormat } from './stream-formats.ts';

export interface Subscriber {
  /** A response as JSON. Replaces one that was not sent yet. */
  send(response: string): void;
  complete(): void;
}

export interface EventStream extends Subscriber {
  /** Completes with an error of the stream itself. */
  fail(error: GraphQLFormattedError): void;
  /** Closes the connection after what is still to be sent, as one that ends before its time: the client reconnects elsewhere. */
  disconnect(): void;
}

export interface EventStreamOptions {
  readonly format: StreamFormat;
  readonly heartbeatMs: number;
  /** After this long without reading, the client counts as gone. */
  readonly stalledMs: number;
  readonly onHeartbeat: () => void;
  /** A newer event replaced one that the client was too slow for. */
  readonly onSuperseded: () => void;
  readonly onClose: () => void;
}

/** The response head must have been written. */
export const eventStream = (response: ServerResponse, options: EventStreamOptions): EventStream => {
  const { format, heartbeatMs, stalledMs, onHeartbeat, onSuperseded, onClose } = options;
  let waiting: string | undefined;
  let last: string | undefined;
  let stalled: NodeJS.Timeout | undefined;

  const write = (text: string) => {
    if (response.write(text)) return;
    stalled = setTimeout(() => response.destroy(), stalledMs).unref();
  };
  const flush = () => {
    if (stalled) return;
    if (waiting !== undefined) {
      write(waiting);
      waiting = undefined;
    }
    // Even if that filled the buffer: nothing comes after it.
    if (last !== undefined && !response.writableEnded) response.end(last);
  };
  const end = (text: string) => {
    if (last !== undefined) return;
    last = text;
    flush();
  };
  const heartbeatTimer = setInterval(() => {
    if (!stalled && last === undefined) write(format.heartbeat);
    onHeartbeat();
  }, heartbeatMs).unref();

  response.on('drain', () => {
    clearTimeout(stalled);
    stalled = undefined;
    flush();
  });
  response.once('close', () => {
    clearInterval(heartbeatTimer);
    clearTimeout(stalled);
    last ??= '';
    onClose();
  });
  write(format.opening);
  const send = (event: string) => {
    if (last !== undefined) return;
    if (waiting !== undefined) onSuperseded();
    waiting = event;
    flush();
  };

  return {
    send: (response) => send(format.next(response)),
    complete: () => end(format.complete),
    fail: (error) => {
      send(format.failure(error));
      end(format.complete);
    },
    disconnect: () => end(format.interrupted),
  };
};
