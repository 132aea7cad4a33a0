/** JSON bodies: UTF-8 only, bounded, and read to the end even when refused. */
import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** A refused body; code and message may be shown to the client. */
export class BodyFault extends Error {
  readonly statusCode: 400 | 413 | 415;
  readonly code: 'BAD_REQUEST' | 'PAYLOAD_TOO_LARGE' | 'UNSUPPORTED_MEDIA_TYPE';
  constructor(statusCode: BodyFault['statusCode'], code: BodyFault['code'], message: string) {
    super(message);
    this.name = 'BodyFault';
    this.statusCode = statusCode;
    this.code = code;
  }
}

// 16 MiB beyond the limit are read and discarded, because a client that is still sending would see a reset instead of the
// answer. One that sends even more gets that reset. The time for a body is bounded in server.ts.
const drainedBytes = 16_777_216;

/**
 * Replaces Fastify's parsers, which decode invalid UTF-8 to U+FFFD. No other content type is accepted: another site's page
 * can make a browser send text and forms without a preflight.
 */
export const acceptJsonBodies = (http: FastifyInstance, mostValues = Number.POSITIVE_INFINITY): void => {
  const parse = http.getDefaultJsonParser('error', 'error');
  http.removeAllContentTypeParsers();
  http.addContentTypeParser('application/json', async (request: FastifyRequest, payload: Readable) => {
    const bytes = await read(payload, request.routeOptions.bodyLimit, Number(request.headers['content-length']));
    if (!bytes) throw new BodyFault(413, 'PAYLOAD_TOO_LARGE', 'The body is too large.');
    checkCoding(request.headers);
    if (!isUtf8(bytes)) throw new BodyFault(400, 'BAD_REQUEST', 'The body is not valid UTF-8.');
    if (hasMoreValues(bytes, mostValues))
      throw new BodyFault(413, 'PAYLOAD_TOO_LARGE', `The body has more than ${mostValues} values.`);
    return await new Promise((resolve, reject) => {
      void parse(request, bytes.toString('utf8'), (error, body) => (error ? reject(error) : resolve(body)));
    });
  });
};

const [quote, backslash, comma, list, object] = [...'"\\,[{'].map((sign) => sign.charCodeAt(0));

/** Counted on the text, as each value but the first follows a comma or an opening bracket: parsing costs fifty times as much. */
const hasMoreValues = (json: Uint8Array, most: number): boolean => {
  if (json.length <= most) return false;
  let values = 1;
  let isText = false;
  for (let at = 0; at < json.length && values <= most; at++) {
    const sign = json[at];
    if (sign === quote) isText = !isText;
    else if (isText) at += sign === backslash ? 1 : 0;
    else if (sign === comma || sign === list || sign === object) values++;
  }
  return values > most;
};

const checkCoding = ({
  'content-type': type = '',
  'content-encoding': encoding = 'identity',
}: IncomingHttpHeaders): void => {
  // A request of a few KiB may decompress to gigabytes, and no client of ours compresses.
  if (encoding.trim().toLowerCase() !== 'identity')
    throw new BodyFault(415, 'UNSUPPORTED_MEDIA_TYPE', 'The body must not be compressed: no content-encoding.');
  if (!charsetsIn(type).every((charset) => /^utf-?8$/i.test(charset)))
    throw new BodyFault(415, 'UNSUPPORTED_MEDIA_TYPE', 'The body must be UTF-8.');
};

const charsetsIn = (contentType: string): string[] =>
  [...contentType.matchAll(/;\s*charset\s*=\s*(?:"([^"]*)"|([^;\s]*))/gi)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );

/** Undefined when longer than `limit`; the rest has then been discarded, up to `drainedBytes`. */
const read = (payload: Readable, limit: number, contentLength: number): Promise<Buffer | undefined> =>
  new Promise((resolve, reject) => {
    if (contentLength > limit + drainedBytes) return resolve(undefined);
    let chunks: Buffer[] = [];
    let length = 0;
    payload.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limit) chunks.push(chunk);
      else chunks = [];
      if (length > limit + drainedBytes) resolve(undefined);
    });
    payload.once('end', () => resolve(length > limit ? undefined : Buffer.concat(chunks, length)));
    payload.once('error', () => reject(new BodyFault(400, 'BAD_REQUEST', 'The body is incomplete.')));
  });
