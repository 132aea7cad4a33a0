/** One client's stream. At most one event waits for a slow client: the newest. */
import type { ServerResponse } from 'node:http';
import type { GraphqlResponse } from './subscription-executor.ts';

export interface Subscriber {
  /** Replaces an event that was not sent yet. */
  send(event: string): void;
  complete(): void;
}

export interface EventStream extends Subscriber {
  /**
   * Closes the connection after what is still to be sent, without a complete event: the client reconnects elsewhere.
   */
  disconnect(): void;
}

export interface EventStreamOptions {
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
  const { heartbeatMs, stalledMs, onHeartbeat, onSuperseded, onClose } = options;
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
    if (!stalled && last === undefined) write(heartbeat);
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
  // Browsers report a stream as open only when the first bytes arrive.
  write(heartbeat);

  return {
    send: (event) => {
      if (last !== undefined) return;
      if (waiting !== undefined) onSuperseded();
      waiting = event;
      flush();
    },
    complete: () => end(completeEvent),
    disconnect: () => end(''),
  };
};

// Events of the GraphQL over SSE protocol, distinct connections mode.
export const nextEvent = (snapshot: GraphqlResponse): string => `event: next\ndata: ${JSON.stringify(snapshot)}\n\n`;

/** The client must not reconnect after it. */
const completeEvent = 'event: complete\ndata:\n\n';

/** A comment that clients skip; it keeps proxies from closing an idle connection. */
const heartbeat = ':\n\n';

export const errorEvent = (code: string, message: string): string =>
  nextEvent({ errors: [{ message, extensions: { code } }] });
