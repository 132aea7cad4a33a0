import { once } from 'node:events';
import { connect } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import { aMediaShop, codeOf, type MediaShop } from '#kit/product/media-shop.ts';
import { aGif, anSvg, aPng } from '#kit/product/pictures.ts';
import { somebody } from '#kit/user/viewers.ts';
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
  shop = await aMediaShop({ over, bounds: { uploads: 2, idleMs: 300 } });
});

const hour = 3_600_000;
const broken = Object.assign(async () => {
  throw new StoreUnavailable('it is away');
}, {});
const nothingLeft = async () => {
  expect(await shop.filesThere()).toEqual([]);
  expect(await shop.records()).toEqual([]);
};
/** Sends the head of a PUT and as much of its body; the connection stays open. */
const begin = async (target: string, length: number, part: Uint8Array) => {
  const { hostname, port } = new URL(shop.origin);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(`PUT ${target} HTTP/1.1\r\nhost: shop\r\ncontent-length: ${length}\r\n\r\n`);
  socket.write(part);
  return socket;
};
const isWriting = async (count = 1) =>
  (await shop.records()).filter(({ state }) => state === 'WRITING').length === count;

describe('a file that is not what it should be leaves nothing behind', () => {
  test.each([
    ['SVG', 'SVG_REFUSED', 415, anSvg],
    ['a page', 'UNSUPPORTED_IMAGE', 415, Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['another type than announced', 'WRONG_TYPE', 415, aGif(1, 1)],
    ['the beginning of one', 'UNREADABLE_IMAGE', 422, aPng().subarray(0, 12)],
    ['one of no width', 'UNREADABLE_IMAGE', 422, aPng(0, 1)],
  ])('%s: %s', async (_, code, status, body) => {
    const { answer, ...sent } = await shop.upload(body);
    expect([answer.status, sent.code]).toEqual([status, code]);
    await nothingLeft();
  });

  test('larger than announced, or smaller', async () => {
    expect(await shop.upload(aPng(), 'image/png', 10)).toMatchObject({ code: 'WRONG_LENGTH' });
    expect(await shop.upload(aPng(), 'image/png', 1_000)).toMatchObject({ code: 'WRONG_LENGTH' });
    await nothingLeft();
  });

  test('of no stated length', async () => {
    const { target } = await shop.requested(aPng().length);
    const headers = { 'transfer-encoding': 'chunked' };
    expect(codeOf(await shop.send(target, { method: 'PUT', body: aPng(), headers }))).toBe('LENGTH_REQUIRED');
    expect(codeOf(await shop.send(target, { method: 'PUT', headers: { 'content-length': 0 } }))).toBe(
      'LENGTH_REQUIRED',
    );
    await nothingLeft();
  });
});

describe('an address', () => {
  test('that nobody handed out leads nowhere', async () => {
    for (const token of ['0', 'x'.repeat(43), '%2e%2e', '..%2f..'])
      expect((await shop.send(`/media/uploads/${token}`, { method: 'PUT', body: aPng() })).status, token).toBe(404);
  });

  test('is gone after an hour', async () => {
    const { target } = await shop.requested(aPng().length);
    shop.advance(hour);
    const answer = await shop.send(target, { method: 'PUT', body: aPng() });
    shop.advance(-hour);
    expect([answer.status, codeOf(answer)]).toEqual([410, 'UPLOAD_EXPIRED']);
  });

  test('takes one file: a second one is refused, and the first stays', async () => {
    const { id, target, answer } = await shop.upload(aPng(7, 8));
    expect(JSON.parse(answer.body.toString())).toEqual({
      upload: { id, contentType: 'image/png', width: 7, height: 8, bytes: aPng(7, 8).length },
    });
    expect(codeOf(await shop.send(target, { method: 'PUT', body: aPng(7, 8) }))).toBe('ALREADY_UPLOADED');
    expect(await shop.filesThere()).toEqual([await shop.keyOf(id)]);
    shop.advance(25 * hour);
    await shop.commands.sweepFiles(10);
    shop.advance(-25 * hour);
    await nothingLeft();
  });

  test('that two write to at once has the file of one', async () => {
    const body = aPng(2, 2, Buffer.alloc(600_000, 65));
    const { id, target } = await shop.requested(body.length);
    const slow = await begin(target, body.length, body.subarray(0, 550_000));
    await until('a file is being written', () => isWriting());
    expect((await shop.send(target, { method: 'PUT', body })).status).toBe(201);
    slow.write(body.subarray(550_000));
    const [text] = await once(slow, 'data');
    expect(String(text)).toMatch(/^HTTP\/1.1 409 .*ALREADY_UPLOADED/s);
    slow.destroy();
    const key = await shop.keyOf(id);
    expect(await shop.filesThere()).toEqual([key]);
    expect((await shop.send(`/media/${key}`)).body.equals(body)).toBe(true);
    shop.advance(25 * hour);
    await shop.commands.sweepFiles(10);
    shop.advance(-25 * hour);
  });

  test('is of no use after five failures', async () => {
    const { target } = await shop.requested(10);
    const codes: unknown[] = [];
    for (let n = 0; n < 6; n++) codes.push(codeOf(await shop.send(target, { method: 'PUT', body: Buffer.alloc(10) })));
    expect(codes).toEqual([...Array(5).fill('UNSUPPORTED_IMAGE'), 'TOO_MANY_ATTEMPTS']);
  });

  test('is handed out again by a retry, and the one before it is dead', async () => {
    const ask = () =>
      shop.commands.requestUpload({ by: shop.editor, contentType: 'image/png', bytes: 69, idempotencyKey: 'k' });
    const [first, second] = [await ask(), await ask()];
    if (!first.ok || !second.ok) throw new Error('refused');
    expect(second.value.id).toBe(first.value.id);
    expect(
      (await shop.send(`/media/uploads/${first.value.token}`, { method: 'PUT', body: Buffer.alloc(69) })).status,
    ).toBe(404);
    expect(
      (await shop.send(`/media/uploads/${second.value.token}`, { method: 'PUT', body: Buffer.alloc(69) })).status,
    ).toBe(415);
    const [row] = await shop.prisma.$queryRaw<
      object[]
    >`SELECT count(*) FROM idempotency_key WHERE result::text LIKE ${`%${second.value.token}%`}`;
    expect(row).toEqual({ count: 0n });
  });

  test('is for staff, and for pictures of a size that the shop takes', async () => {
    const ask = (more: object) =>
      shop.commands.requestUpload({
        by: shop.editor,
        contentType: 'image/png',
        bytes: 69,
        idempotencyKey: undefined,
        ...more,
      });
    await expect(ask({ by: somebody() })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await ask({ contentType: 'image/svg+xml' })).toMatchObject({
      failure: { kind: 'UnsupportedMediaType', message: expect.stringContaining('SVG') },
    });
    expect(await ask({ contentType: 'text/html' })).toMatchObject({ failure: { kind: 'UnsupportedMediaType' } });
    expect(await ask({ contentType: 'constructor' })).toMatchObject({ failure: { kind: 'UnsupportedMediaType' } });
    expect(await ask({ bytes: 2_000_001 })).toMatchObject({
      failure: { kind: 'FileTooLarge', maximumBytes: 2_000_000 },
    });
  });
});

describe('a sender', () => {
  test('that breaks off leaves nothing, and may send again', async () => {
    const body = aPng(2, 2, Buffer.alloc(600_000, 65));
    const { target } = await shop.requested(body.length);
    const socket = await begin(target, body.length, body.subarray(0, 580_000));
    await until('a file is being written', () => isWriting());
    socket.destroy();
    await until('no record is left', async () => (await shop.records()).length === 0);
    await nothingLeft();
    expect((await shop.send(target, { method: 'PUT', body })).status).toBe(201);
  });

  test('that pauses for too long is told so, and gives its place back', async () => {
    const body = aPng(2, 2, Buffer.alloc(600_000, 65));
    const { target } = await shop.requested(body.length);
    const [first, second] = [
      await begin(target, body.length, body.subarray(0, 10)),
      await begin(target, body.length, body.subarray(0, 10)),
    ];
    const answers = [first, second].map(async (socket) => String((await once(socket, 'data'))[0]));
    await until('two files are being written', () => isWriting(2));
    expect(await shop.upload(aPng())).toMatchObject({
      code: 'OVERLOADED',
      answer: { status: 503, headers: { 'retry-after': '5' } },
    });
    for (const answer of answers) expect(await answer).toMatch(/^HTTP\/1.1 400 .*INCOMPLETE/s);
    for (const socket of [first, second]) socket.destroy();
    expect((await shop.upload(aPng())).answer.status).toBe(201);
  });
});

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
    const socket = await begin(target, body.length, body.subarray(0, 580_000));
    await until('a file is being written', () => isWriting());
    const key = (await shop.records()).find(({ state }) => state === 'WRITING')?.key ?? '';
    expect(parseFileKey(key)).toBe(key);
    expect((await shop.send(`/media/${key}`)).status).toBe(404);
    expect((await shop.send(`/media/${key}.part`)).status).toBe(404);
    socket.destroy();
  });
});
