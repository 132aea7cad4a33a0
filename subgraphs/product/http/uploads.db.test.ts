import { once } from 'node:events';
import { beforeAll, describe, expect, test } from 'vitest';
import { aMediaShop, codeOf, type MediaShop } from '#kit/product/media-shop.ts';
import { aGif, anSvg, aPng } from '#kit/product/pictures.ts';
import { somebody } from '#kit/user/viewers.ts';
import { until } from '#kit/vitest/until.ts';

let shop: MediaShop;
beforeAll(async () => {
  shop = await aMediaShop();
});

const hour = 3_600_000;
const nothingLeft = async () => {
  expect(await shop.filesThere()).toEqual([]);
  expect(await shop.records()).toEqual([]);
};
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
    const slow = await shop.begin(target, body.length, body.subarray(0, 550_000));
    await until('a file is being written', () => shop.isWriting());
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
    const socket = await shop.begin(target, body.length, body.subarray(0, 580_000));
    await until('a file is being written', () => shop.isWriting());
    socket.destroy();
    await until('no record is left', async () => (await shop.records()).length === 0);
    await nothingLeft();
    expect((await shop.send(target, { method: 'PUT', body })).status).toBe(201);
  });

  test('that pauses for too long is told so, and gives its place back', async () => {
    // Others may pause for longer, when the machine is busy.
    const shop = await aMediaShop({ bounds: { uploads: 2, idleMs: 300 } });
    const body = aPng(2, 2, Buffer.alloc(600_000, 65));
    const { target } = await shop.requested(body.length);
    const [first, second] = [
      await shop.begin(target, body.length, body.subarray(0, 10)),
      await shop.begin(target, body.length, body.subarray(0, 10)),
    ];
    const answers = [first, second].map(async (socket) => String((await once(socket, 'data'))[0]));
    await until('two files are being written', () => shop.isWriting(2));
    expect(await shop.upload(aPng())).toMatchObject({
      code: 'OVERLOADED',
      answer: { status: 503, headers: { 'retry-after': '5' } },
    });
    for (const answer of answers) expect(await answer).toMatch(/^HTTP\/1.1 400 .*INCOMPLETE/s);
    for (const socket of [first, second]) socket.destroy();
    expect((await shop.upload(aPng())).answer.status).toBe(201);
  });
});
