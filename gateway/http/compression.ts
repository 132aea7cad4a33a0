/** Answers that are worth it are compressed: brotli where the client has it, else gzip. */
import compress from '@fastify/compress';
import type { FastifyInstance } from 'fastify';

// Lists of products shrink to a seventh at either level; the highest would take ten times as long for a few percent.
const gzipLevel = 6;

/** Leaves alone what is compressed already (the playground) and what is a stream of events, which must not wait. */
export const compression = async (http: FastifyInstance, minBytes: number): Promise<void> => {
  await http.register(compress, {
    threshold: minBytes,
    encodings: ['br', 'gzip'],
    zlibOptions: { level: gzipLevel },
    // A request of a few KiB may unpack to gigabytes. No client of ours sends any.
    globalDecompression: false,
  });
};
