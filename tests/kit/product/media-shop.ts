/** A shop with a place for files, behind its own HTTP server. */
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterAll } from 'vitest';
import { createHttpServer } from '#platform/http/server.ts';
import { createMetrics } from '#platform/observability/metrics.ts';
import { folderStore } from '#subgraphs/product/adapters/media/folder-store.ts';
import { type MediaBounds, media, mediaBounds } from '#subgraphs/product/http/media.ts';
import type { FileStore } from '#subgraphs/product/usecases/media/ports.ts';
import { type Answered, rawRequest, type Sent } from '../network/raw-request.ts';
import { somebody } from '../user/viewers.ts';
import { aCatalogue } from './builders.ts';
import { aShop } from './shop.ts';

export const aMediaShop = async ({
  bounds = {},
  over,
}: {
  bounds?: Partial<MediaBounds>;
  over?: (files: FileStore) => FileStore;
} = {}) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'agora-media-'));
  const files = over ? over(folderStore(folder)) : folderStore(folder);
  const place = { files, maxUploadBytes: 2_000_000, baseUrl: undefined };
  const shop = await aShop(aCatalogue(), { media: place });
  const http = createHttpServer({
    ...{ log: pino({ level: 'silent' }), metrics: createMetrics('test'), notReady: async () => [] },
  });
  media(shop.app, { ...mediaBounds, ...bounds })(http);
  const origin = await http.listen({ host: '127.0.0.1', port: 0 });
  const editor = somebody('STAFF');
  afterAll(async () => {
    http.server.closeAllConnections();
    await http.close();
    await rm(folder, { recursive: true, force: true });
  });
  const requested = async (bytes: number, contentType = 'image/png') => {
    const result = await shop.commands.requestUpload({ by: editor, contentType, bytes, idempotencyKey: undefined });
    if (!result.ok) throw new Error(result.failure.message);
    return { ...result.value, target: `/media/uploads/${result.value.token}` };
  };
  const records = () => shop.prisma.mediaFile.findMany({ orderBy: { createdAt: 'asc' } });
  const send = (target: string, sent: Sent = {}) => rawRequest(origin, target, sent);
  return {
    ...shop,
    ...{ folder, origin, editor, requested, send },
    upload: async (body: Uint8Array, contentType = 'image/png', announced = body.length) => {
      const upload = await requested(announced, contentType);
      const answer = await send(upload.target, { method: 'PUT', body });
      return { ...upload, answer, code: codeOf(answer) };
    },
    filesThere: async () =>
      (await readdir(folder, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map(({ name }) => name),
    records,
    /** Sends the head of a PUT and as much of its body; the connection stays open. */
    begin: async (target: string, length: number, part: Uint8Array) => {
      const { hostname, port } = new URL(origin);
      const socket = connect(Number(port), hostname);
      socket.on('error', () => {});
      await once(socket, 'connect');
      socket.write(`PUT ${target} HTTP/1.1\r\nhost: shop\r\ncontent-length: ${length}\r\n\r\n`);
      socket.write(part);
      return socket;
    },
    isWriting: async (count = 1) => (await records()).filter(({ state }) => state === 'WRITING').length === count,
    keyOf: async (id: string) => (await shop.prisma.mediaUpload.findUniqueOrThrow({ where: { id } })).fileKey as string,
  };
};

export const codeOf = ({ body, status }: Answered): unknown =>
  status < 400 ? undefined : JSON.parse(body.toString('utf8') || '{}').error?.code;

export type MediaShop = Awaited<ReturnType<typeof aMediaShop>>;
