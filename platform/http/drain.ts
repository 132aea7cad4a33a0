/** Closes an HTTP server without dropping a request. */
import { Server as NetServer, type Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

// One turn of the event loop accepts pending connections, the next reads what was sent on them.
const turnsToRead = 2;

/**
 * When the server closes:
 * 1. for `noticeMs` it serves on, new connections included, while `/health/ready` already fails: load balancers have time to
 *    notice. Each answer says `connection: close`, so clients leave between two requests;
 * 2. it takes no new connections, answers what was sent on the open ones, and closes each after its answer.
 *
 * Node's own close() ends idle connections at once, even with a request that is received but not yet read, and it waits for
 * those without a request, which browsers open in advance.
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
