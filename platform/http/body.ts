/** JSON bodies: UTF-8 and nothing else, within a bound, and read to their end also where they are refused. */
import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** A body that is refused for its form. Whoever answers may show code and message. */
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

// 16 MiB beyond the limit, read and thrown away. A client sees an answer only when it has sent all that it wanted to:
// a connection that is closed before is a reset to it. Who sends still more gets that reset. How long a body may take
// on its way is bounded for every request (platform/http/server.ts).
const drainedBytes = 16_777_216;

/**
 * In place of Fastify's own parsers, which take any bytes for UTF-8 and put U+FFFD where they are not. No other type is
 * read: somebody else's page can make a browser send text and forms without asking us first.
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

/** By the text alone, as each value but the first follows a comma or an opener: parsing costs fifty times as much. */
const hasMoreValues = (json: Uint8Array, most: number): boolean => {
  // Shorter than that, it cannot have them.
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
  // A request of a few KiB may unpack to gigabytes. No client of ours sends any.
  if (encoding.trim().toLowerCase() !== 'identity')
    throw new BodyFault(415, 'UNSUPPORTED_MEDIA_TYPE', 'The body must not be compressed: no content-encoding.');
  if (!charsetsIn(type).every((charset) => /^utf-?8$/i.test(charset)))
    throw new BodyFault(415, 'UNSUPPORTED_MEDIA_TYPE', 'The body must be UTF-8.');
};

const charsetsIn = (contentType: string): string[] =>
  [...contentType.matchAll(/;\s*charset\s*=\s*(?:"([^"]*)"|([^;\s]*))/gi)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );

/** Undefined when there is more than `limit`; that has been read, too, unless it is more than is worth it. */
const read = (payload: Readable, limit: number, announced: number): Promise<Buffer | undefined> =>
  new Promise((resolve, reject) => {
    if (announced > limit + drainedBytes) return resolve(undefined);
    let chunks: Buffer[] = [];
    let length = 0;
    payload.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limit) chunks.push(chunk);
      else chunks = [];
      if (length > limit + drainedBytes) resolve(undefined);
    });
    payload.once('end', () => resolve(length > limit ? undefined : Buffer.concat(chunks, length)));
    payload.once('error', () => reject(new BodyFault(400, 'BAD_REQUEST', 'The body has not come whole.')));
  });
