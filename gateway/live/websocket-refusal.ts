/**
 * A client that comes with graphql-ws's or subscriptions-transport-ws's WebSocket is let in for one sentence: which transport
 * to use. A refused handshake would tell it nothing: browsers show pages no more than that it failed, and libraries try again.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

// RFC 6455, 1.3: what a server adds to the client's key.
const handshakeKey = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

// Of graphql-ws, "subprotocol not acceptable": its clients hand it to the subscriber, and do not come back.
const closeCode = 4406;

// 2 s: a client answers a close frame at once.
const closeWithinMs = 2_000;

/** At most 123 bytes, as a close frame has it. */
export const websocketRefusal =
  'No WebSockets: subscribe by POST with accept: text/event-stream (graphql-sse). docs/live-updates.md';

/** For a server's `upgrade`: answers the handshake, closes with the sentence, ends the connection. */
export const refuseWebSocket = ({ headers }: IncomingMessage, socket: Duplex): void => {
  socket.on('error', () => socket.destroy());
  const accept = createHash('sha1').update(`${headers['sec-websocket-key']}${handshakeKey}`).digest('base64');
  // Browsers fail a handshake that takes none of the protocols that they have offered.
  const [protocol] = headers['sec-websocket-protocol']?.split(',') ?? [];
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'upgrade: websocket',
    'connection: upgrade',
    `sec-websocket-accept: ${accept}`,
    ...(protocol ? [`sec-websocket-protocol: ${protocol.trim()}`] : []),
    '',
    '',
  ];
  const reason = Buffer.from(websocketRefusal);
  const frame = Buffer.concat([Buffer.from([0x88, reason.length + 2, closeCode >> 8, closeCode & 0xff]), reason]);
  socket.end(Buffer.concat([Buffer.from(lines.join('\r\n')), frame]));
  // What it still sends (its own close frame) is read, so that nothing resets the connection before it has read ours.
  socket.resume();
  // Nobody else ends a connection that has left HTTP, and a client that never closes would keep its place, also at the end.
  setTimeout(() => socket.destroy(), closeWithinMs).unref();
};
