/** The end of an HTTP server, without a request that is dropped on the way. */
import { Server as NetServer, type Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

// In one turn of the event loop waiting connections are accepted, in the next what was sent on them is read.
const turnsToRead = 2;

/**
 * When the server closes:
 * 1. for `noticeMs` it serves on, and new connections too, while `/health/ready` already says no: whoever balances the
 *    load has time to look. Each answer says `connection: close`, so clients leave by themselves, between two requests;
 * 2. it takes no new connections, answers what was sent on those that it has, and closes each after its answer.
 *
 * Node's own close() ends idle connections at once, among them those whose next request lies there and is not yet read;
 * and it waits for those on which nobody has said anything yet, which browsers open in advance.
 */
export const drainOnClose = (http: FastifyInstance, noticeMs: number): void => {
  const { server } = http;
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  let closing = false;
  http.addHook('onSend', (_, reply, __, done) => {
    if (closing) reply.header('connection', 'close');
    done();
  });
  http.addHook('preClose', async () => {
    closing = true;
    if (!server.listening) return;
    await pause(noticeMs);
    await nextTurn();
    const ended = new Promise((resolve) => NetServer.prototype.close.call(server, resolve));
    for (let turn = 0; turn < turnsToRead; turn++) await nextTurn();
    server.closeIdleConnections();
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    await ended;
  });
};
