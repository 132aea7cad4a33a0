/** `/media/`: files for everybody, and the addresses to which they are uploaded. */

import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { withDeadline } from '#platform/resilience/deadline.ts';
import { filePath, uploadPath } from '../domain/media/addresses.ts';
import { parseRange } from '../domain/media/byte-range.ts';
import { type UploadRefusal, uploadRefusals } from '../domain/media/failures.ts';
import { type FileKey, parseFileKey, typeOfKey } from '../domain/media/image.ts';
import type { App } from '../usecases/app.ts';
import { type FileStore, StoreUnavailable } from '../usecases/media/ports.ts';

const statuses: Readonly<Record<UploadRefusal, number>> = {
  UPLOAD_NOT_FOUND: 404,
  UPLOAD_EXPIRED: 410,
  ALREADY_UPLOADED: 409,
  TOO_MANY_ATTEMPTS: 409,
  WRONG_LENGTH: 400,
  UNSUPPORTED_IMAGE: 415,
  SVG_REFUSED: 415,
  WRONG_TYPE: 415,
  UNREADABLE_IMAGE: 422,
  INCOMPLETE: 400,
};

export interface MediaBounds {
  /** Uploads at a time in this process. */
  readonly uploads: number;
  /** How long a sender may pause. */
  readonly idleMs: number;
  /** How long an upload may take. */
  readonly arrivalMs: number;
}

// 16 hold half a MiB each, and are more than the editors of a shop send at once. 10 s without a byte: the line is dead.
// 2 min: 10 MiB at 0.7 Mbit/s.
export const mediaBounds: MediaBounds = { uploads: 16, idleMs: 10_000, arrivalMs: 120_000 };

export const media =
  ({ commands, files }: App, bounds: MediaBounds = mediaBounds) =>
  (http: FastifyInstance): void => {
    // A plugin, so that only these routes get a body as a stream.
    http.register(async (door) => {
      door.removeAllContentTypeParsers();
      door.addContentTypeParser('*', (_, payload, done) => done(null, payload));
      let uploads = 0;
      door.put<{ Params: { token: string } }>(
        `${uploadPath}:token`,
        { config: { arrivalMs: bounds.arrivalMs } },
        async (request, reply) => {
          const bytes = Number(request.headers['content-length']);
          if (!(bytes > 0)) return refuse(reply, 411, 'LENGTH_REQUIRED', 'Send the file with its content-length.');
          if (uploads >= bounds.uploads)
            return unavailable(reply, 'OVERLOADED', 'Too many files are arriving at once.');
          uploads++;
          try {
            const body = withinIdleTime(request.raw, bounds.idleMs);
            return await receive(commands, reply, { token: request.params.token, bytes, body });
          } finally {
            uploads--;
          }
        },
      );
      if (!files) return;
      door.route<{ Params: { key: string } }>({
        method: ['GET', 'HEAD'],
        url: `${filePath}:key`,
        handler: (request, reply) => send(files, request, reply),
      });
    });
  };

const receive = async (
  { receiveFile }: App['commands'],
  reply: FastifyReply,
  file: Parameters<App['commands']['receiveFile']>[0],
) => {
  reply.header('cache-control', 'no-store');
  try {
    const received = await receiveFile(file);
    // Whoever paused for too long has more to send.
    if ('refused' in received && received.refused === 'INCOMPLETE') reply.header('connection', 'close');
    if ('refused' in received)
      return refuse(reply, statuses[received.refused], received.refused, uploadRefusals[received.refused]);
    return reply.status(201).send({ upload: { id: received.uploadId, ...received.image, bytes: file.bytes } });
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    reply.log.error({ err: error }, 'a file could not be stored');
    return unavailable(reply, error.code, 'The file cannot be stored at the moment. Nothing was kept; try again.');
  }
};

const refuse = (reply: FastifyReply, status: number, code: string, message: string) =>
  reply.status(status).send({ error: { code, message } });

// 5 s: what a store or a burst of uploads needs to recover.
const unavailable = (reply: FastifyReply, code: string, message: string) =>
  refuse(reply.header('retry-after', 5), 503, code, message);

/** Ends with an error after a pause that is too long; the time in which the store takes a chunk does not count. */
async function* withinIdleTime(body: Readable, idleMs: number): AsyncGenerator<Uint8Array, void> {
  // Destroying the body would take the connection with it, and the answer.
  const chunks = body.iterator({ destroyOnReturn: false });
  for (;;) {
    const { done, value } = await withDeadline(idleMs, chunks.next(), () => {
      throw new Error(`no byte in ${idleMs} ms`);
    });
    if (done) return;
    yield value;
  }
}

const headersOf = (key: FileKey) => ({
  'content-type': typeOfKey(key),
  // A key never gets other bytes.
  'cache-control': 'public, max-age=31536000, immutable',
  etag: `"${key}"`,
  'accept-ranges': 'bytes',
  // Whatever the bytes are besides a picture, no browser runs them.
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  // Pictures are shown on pages of other origins, too.
  'cross-origin-resource-policy': 'cross-origin',
});

const send = async (files: FileStore, request: FastifyRequest<{ Params: { key: string } }>, reply: FastifyReply) => {
  const key = parseFileKey(request.params.key);
  if (!key) return notFound(reply);
  try {
    return await sendFile(files, key, request, reply);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    reply.log.error({ err: error }, 'a file could not be read');
    return unavailable(reply, error.code, 'The file cannot be read at the moment.');
  }
};

const sendFile = async (files: FileStore, key: FileKey, { method, headers }: FastifyRequest, reply: FastifyReply) => {
  const isKnown = headers['if-none-match'] !== undefined && namesTag(headers['if-none-match'], `"${key}"`);
  if (isKnown || method === 'HEAD') {
    const bytes = await files.size(key);
    if (bytes === undefined) return notFound(reply);
    reply.headers(headersOf(key));
    if (isKnown) return reply.status(304).send();
    return reply.header('content-length', bytes).send();
  }
  // With another tag in If-Range the client has a part of something else, and gets the whole.
  const ifRange = headers['if-range'];
  const range = ifRange === undefined || ifRange === `"${key}"` ? parseRange(headers.range) : undefined;
  const file = await files.open(key, range);
  if (!file) return notFound(reply);
  if (file === 'unsatisfiable') {
    return refuse(
      reply.header('content-range', `bytes */${await files.size(key)}`),
      416,
      'RANGE_NOT_SATISFIABLE',
      'The file has no such part.',
    );
  }
  const { bytes, first, last, body } = file;
  if (range) reply.status(206).header('content-range', `bytes ${first}-${last}/${bytes}`);
  return reply.headers({ ...headersOf(key), 'content-length': last - first + 1 }).send(body);
};

const namesTag = (header: string, tag: string): boolean =>
  header.trim() === '*' || header.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);

const notFound = (reply: FastifyReply) =>
  refuse(reply.header('cache-control', 'no-store'), 404, 'NOT_FOUND', 'There is no such file.');
