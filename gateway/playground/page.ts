/** The playground: GraphiQL as one offline page, opened with working sample operations. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { createGunzip, gzip } from 'node:zlib';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { FastifyReply, FastifyRequest } from 'fastify';

interface Page {
  readonly etag: string;
  /** Kept compressed only: it has over 10 MiB as text. */
  readonly gzipped: Buffer;
}

const headers = {
  'content-type': 'text/html; charset=utf-8',
  vary: 'accept, accept-encoding',
  // Browsers revalidate it, so an upgrade shows at the next reload.
  'cache-control': 'no-cache',
  // The page is built from inline scripts and blob workers; it may only connect to this origin.
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'unsafe-inline' blob:",
    'worker-src blob:',
    "style-src 'unsafe-inline'",
    'img-src data:',
    'font-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
};

/** Built and compressed when the first browser asks for it. */
export const playground = (): ((request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>) => {
  let page: Promise<Page> | undefined;
  return async (request, reply) => {
    page ??= makePage();
    const { etag, gzipped } = await page;
    reply.headers({ ...headers, etag });
    if (request.headers['if-none-match'] === etag) return reply.status(304).send();
    if (acceptsGzip(request)) return reply.header('content-encoding', 'gzip').send(gzipped);
    const plain = createGunzip();
    plain.end(gzipped);
    return reply.send(plain);
  };
};

const acceptsGzip = ({ headers }: FastifyRequest): boolean => String(headers['accept-encoding']).includes('gzip');

const makePage = async (): Promise<Page> => {
  const html = pageHtml(sampleOperations());
  // Level 4 takes half the time of the default 6 for 4% more bytes.
  const gzipped = await promisify(gzip)(html, { level: 4 });
  return { etag: `"${createHash('sha256').update(html).digest('base64url').slice(0, 16)}"`, gzipped };
};

// GraphiQL's tab animation leaves a stale transform that applies while a tab has the focus: it jumps away under the
// mouse and the click is lost.
const style = '.graphiql-tab { transform: none !important }';

const pageHtml = (queries: readonly string[]): string => {
  const script = readFileSync(path.join(import.meta.dirname, 'remember-answers.js'), 'utf8');
  const html: string = renderGraphiQL({
    title: 'Agora playground',
    // POST for streams as well: a document in the URL would be in every proxy's log.
    method: 'POST',
    defaultTabs: queries.map((query) => ({ query })),
    // Tokens stay in this tab's session and out of persistent storage.
    shouldPersistHeaders: false,
  });
  return html.replace('<div id="root"></div>', (root) => `${root}<style>${style}</style><script>${script}</script>`);
};

const folder = path.join(import.meta.dirname, '..', '..', 'operations', 'playground');

const sampleOperations = (): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.graphql'))
    .toSorted()
    .map((file) => readFileSync(path.join(folder, file), 'utf8'));
