/**
 * Accepts WebSockets of graphql-ws and subscriptions-transport-ws only to close them with a message that names the
 * supported transport. After a refused handshake browsers report no reason, and client libraries retry.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

// RFC 6455, 1.3: appended to the client's key.
const handshakeKey = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

// graphql-ws's "subprotocol not acceptable": its clients report it and do not retry.
const closeCode = 4406;

// 2 s: clients answer a close frame at once.
const closeWithinMs = 2_000;

/** At most 123 bytes, the limit of a close frame. */
export const websocketRefusal =
  'No WebSockets: subscribe by POST with accept: text/event-stream (graphql-sse). docs/live-updates.md';

/** For a server's `upgrade` event. */
export const refuseWebSocket = ({ headers }: IncomingMessage, socket: Duplex): void => {
  socket.on('error', () => socket.destroy());
  const accept = createHash('sha1').update(`${headers['sec-websocket-key']}${handshakeKey}`).digest('base64');
  // Browsers fail a handshake that selects none of the offered protocols.
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
  // Reads the client's close frame, so that the connection is not reset before it has read ours.
  socket.resume();
  // Nothing else closes an upgraded connection, and a client that never closes would block the shutdown.
  setTimeout(() => socket.destroy(), closeWithinMs).unref();
};
