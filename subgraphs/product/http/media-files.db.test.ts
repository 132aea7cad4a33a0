import { beforeAll, describe, expect, test } from 'vitest';
import { aMediaShop, codeOf, type MediaShop } from '#kit/product/media-shop.ts';
import { aPng } from '#kit/product/pictures.ts';
import { until } from '#kit/vitest/until.ts';
import { folderStore } from '../adapters/media/folder-store.ts';
import { parseFileKey, typeOfBytes } from '../domain/media/image.ts';
import { type FileStore, StoreUnavailable } from '../usecases/media/ports.ts';

let shop: MediaShop;
/** Switched on by a test: what the store does instead. */
let instead: Partial<FileStore> = {};
beforeAll(async () => {
  const over = (files: FileStore): FileStore => ({
    ...files,
    put: (...given) => (instead.put ?? files.put)(...given),
    remove: (...given) => (instead.remove ?? files.remove)(...given),
  });
  shop = await aMediaShop({ over });
});

const hour = 3_600_000;
const broken = Object.assign(async () => {
  throw new StoreUnavailable('it is away');
}, {});
const nothingLeft = async () => {
  expect(await shop.filesThere()).toEqual([]);
  expect(await shop.records()).toEqual([]);
};

describe('the file store', () => {
  test('when it is away the upload fails with a code, and works again afterwards', async () => {
    const before = (await shop.records()).length;
    const { target } = await shop.requested(aPng().length);
    instead = { put: broken };
    const answer = await shop.send(target, { method: 'PUT', body: aPng() });
    expect([answer.status, codeOf(answer)]).toEqual([503, 'STORE_UNAVAILABLE']);
    instead = {};
    expect(await shop.records()).toHaveLength(before);
    expect((await shop.send(target, { method: 'PUT', body: aPng() })).status).toBe(201);
  });

  test('has a record of every file in it, whoever dies when', async () => {
    const body = aPng(3, 3);
    // Killed after the file was there, and before that was recorded: nothing is cleaned up.
    const { target } = await shop.requested(body.length);
    instead = {
      put: async (...given) => {
        await folderStore(shop.folder).put(...given);
        throw new StoreUnavailable('killed');
      },
      remove: broken,
    };
    expect((await shop.send(target, { method: 'PUT', body })).status).toBe(503);
    const orphan = (await shop.records()).find(({ state }) => state === 'WRITING')?.key ?? '';
    expect(await shop.filesThere()).toContain(orphan);
    shop.advance(2 * hour);
    // A sweep that is killed, or finds the store away, is repeated once its lease is over.
    await expect(shop.commands.sweepFiles(10)).rejects.toThrow('it is away');
    instead = {};
    expect(await shop.commands.sweepFiles(10)).toBe(0);
    shop.advance(hour);
    expect(await shop.commands.sweepFiles(10)).toBe(1);
    expect(await shop.filesThere()).not.toContain(orphan);
    shop.advance(24 * hour);
    await shop.commands.sweepFiles(100);
    shop.advance(-27 * hour);
    await nothingLeft();
  });

  test('keeps what was uploaded for a day', async () => {
    const { id } = await shop.upload(aPng(4, 4));
    const key = await shop.keyOf(id);
    shop.advance(23 * hour);
    await Promise.all([shop.commands.sweepFiles(10), shop.commands.sweepFiles(10)]);
    expect(await shop.filesThere()).toEqual([key]);
    shop.advance(2 * hour);
    const swept = await Promise.all([shop.commands.sweepFiles(10), shop.commands.sweepFiles(10)]);
    expect(swept.toSorted()).toEqual([0, 1]);
    shop.advance(-25 * hour);
    await nothingLeft();
  });
});

describe('a file', () => {
  const uploaded = async (body: Uint8Array) => `/media/${await shop.keyOf((await shop.upload(body)).id)}`;

  test('is served so that browsers keep it, and show it as a picture or not at all', async () => {
    // A picture to one reader, and a page to another.
    const body = Buffer.concat([aPng(5, 5), Buffer.from('<script>alert(1)</script>')]);
    const target = await uploaded(body);
    const { status, headers, body: got } = await shop.send(target);
    expect(status).toBe(200);
    expect(got.equals(body)).toBe(true);
    expect(typeOfBytes(got)).toBe('image/png');
    expect(headers).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(body.length),
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'cross-origin',
      'accept-ranges': 'bytes',
      etag: `"${target.slice('/media/'.length)}"`,
    });
    const head = await shop.send(target, { method: 'HEAD' });
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, String(body.length), 0]);
  });

  test('is not sent to whoever has it', async () => {
    const target = await uploaded(aPng(6, 6));
    const etag = `"${target.slice('/media/'.length)}"`;
    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const { status, body, headers } = await shop.send(target, { headers: { 'if-none-match': tag } });
      expect([status, body.length, headers.etag], tag).toEqual([304, 0, etag]);
    }
    expect((await shop.send(target, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  test('is sent in parts', async () => {
    const body = aPng(6, 6);
    const target = await uploaded(body);
    const part = async (headers: Record<string, string>) => {
      const { status, headers: got, body: bytes } = await shop.send(target, { headers });
      return [status, got['content-range'], bytes.length];
    };
    const n = body.length;
    expect(await part({ range: 'bytes=1-4' })).toEqual([206, `bytes 1-4/${n}`, 4]);
    expect(await part({ range: 'bytes=-4' })).toEqual([206, `bytes ${n - 4}-${n - 1}/${n}`, 4]);
    expect(await part({ range: 'bytes=1-2,4-5' })).toEqual([200, undefined, n]);
    expect(await part({ range: 'bytes=1-4', 'if-range': '"another"' })).toEqual([200, undefined, n]);
    expect(await part({ range: 'bytes=1-4', 'if-range': `"${target.slice(7)}"` })).toEqual([206, `bytes 1-4/${n}`, 4]);
    const none = await shop.send(target, { headers: { range: `bytes=${n}-` } });
    expect([none.status, none.headers['content-range'], codeOf(none)]).toEqual([
      416,
      `bytes */${n}`,
      'RANGE_NOT_SATISFIABLE',
    ]);
  });

  test.each([
    '/media/',
    '/media/uploads',
    '/media/../../etc/passwd',
    '/media/..%2f..%2fetc%2fpasswd',
    '/media/%2e%2e/%2e%2e/etc/passwd',
    '/media/..%5c..%5cetc',
    '/media/00000000000000000000000000000000.png',
    '/media/00000000000000000000000000000000.png%00.jpg',
    '/media/00/00000000000000000000000000000000.png',
    '/media/uploads/x',
  ])('%s is none', async (target) => {
    const { status } = await shop.send(target);
    expect(status).toBe(404);
  });

  test('of which half is written is none', async () => {
    const body = aPng(2, 2, Buffer.alloc(600_000, 65));
    const { target } = await shop.requested(body.length);
    const socket = await shop.begin(target, body.length, body.subarray(0, 580_000));
    await until('a file is being written', () => shop.isWriting());
    const key = (await shop.records()).find(({ state }) => state === 'WRITING')?.key ?? '';
    expect(parseFileKey(key)).toBe(key);
    expect((await shop.send(`/media/${key}`)).status).toBe(404);
    expect((await shop.send(`/media/${key}.part`)).status).toBe(404);
    socket.destroy();
  });
});
