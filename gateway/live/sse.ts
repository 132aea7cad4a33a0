/** The events of the GraphQL over SSE protocol, in its mode of one connection for each operation. */
import type { Snapshot } from './snapshots.ts';

export const nextEvent = (snapshot: Snapshot): string => `event: next\ndata: ${JSON.stringify(snapshot)}\n\n`;

/** Nothing more will come, and the client is not to ask again. */
export const completeEvent = 'event: complete\ndata:\n\n';

/** A comment: it keeps proxies from taking the connection for dead, and clients skip it. */
export const heartbeat = ':\n\n';

export const errorEvent = (code: string, message: string): string =>
  nextEvent({ errors: [{ message, extensions: { code } }] });
