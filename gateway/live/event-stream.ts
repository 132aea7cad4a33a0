/** One client's stream: what it has not taken yet is at most one event, the newest. */
import type { ServerResponse } from 'node:http';
import type { GraphqlResponse } from './subscription-executor.ts';

export interface Subscriber {
  /** Takes the place of what was not sent yet. */
  send(event: string): void;
  /** Nothing more will come. */
  complete(): void;
}

export interface EventStream extends Subscriber {
  /**
   * Ends the connection after what is still to be sent, without the word that all is said: the client asks again,
   * elsewhere.
   */
  disconnect(): void;
}

export interface EventStreamOptions {
  readonly heartbeatMs: number;
  /** How long the client may take nothing before it is taken for gone. */
  readonly stalledMs: number;
  readonly onHeartbeat: () => void;
  /** The newest event takes the place of one that the client was too slow for. */
  readonly onSuperseded: () => void;
  /** Once, however it ended. */
  readonly onClose: () => void;
}

/** The head must be written already. */
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
    // Also when that filled the connection: nothing comes after it, so nothing piles up.
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
  // Browsers tell that a stream is open only when the first bytes are there.
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

/** Nothing more will come, and the client is not to ask again. */
const completeEvent = 'event: complete\ndata:\n\n';

/** A comment: it keeps proxies from taking the connection for dead, and clients skip it. */
const heartbeat = ':\n\n';

export const errorEvent = (code: string, message: string): string =>
  nextEvent({ errors: [{ message, extensions: { code } }] });
