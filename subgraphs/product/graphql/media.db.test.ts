import { beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { StaffActed } from '#contracts/messages/staff.ts';
import { type Ask, asking } from '#kit/graphql/ask.ts';
import { aProduct } from '#kit/product/builders.ts';
import { aMediaShop, type MediaShop } from '#kit/product/media-shop.ts';
import { aPng } from '#kit/product/pictures.ts';
import { somebody } from '#kit/user/viewers.ts';
import { requestContext } from '#platform/graphql/context.ts';
import { schema } from '../wiring.ts';
import { loaders } from './loaders.ts';

let shop: MediaShop;
let ask: Ask;
beforeAll(async () => {
  shop = await aMediaShop();
  ask = asking(schema(), requestContext(shop.app, loaders));
});

const product = aProduct();
const minute = 60_000;
const guest = { kind: 'guest' as const, id: null };
const attach = (input: object, by = shop.editor, idempotencyKey?: string) =>
  ask(
    by,
    `mutation($key: String, $input: AttachMediaInput!) { attachMedia(idempotencyKey: $key, input: $input) {
      __typename ... on Failure { message } ... on InvalidUpload { reason } ... on InvalidMedia { field }
      ... on TooManyMedia { maximum } ... on VersionConflict { currentVersion }
      ... on AttachMediaSuccess { media { id url width height bytes contentType alt ko: alt(language: KO) } product { version } } } }`,
    { key: idempotencyKey, input: { productId: product.id, ...input } },
  ).then(({ data, codes }) => data?.attachMedia ?? codes);
const revise = (input: object) =>
  ask(
    shop.editor,
    `mutation($input: ReviseMediaInput!) { reviseMedia(input: $input) { __typename ... on InvalidMedia { field }
      ... on VersionConflict { currentVersion } ... on ReviseMediaSuccess { media { alt ko: alt(language: KO) } product { version } } } }`,
    { input },
  ).then(({ data, codes }) => data?.reviseMedia ?? codes);
const remove = (input: object, key?: string) =>
  ask(
    shop.editor,
    `mutation($key: String, $input: RemoveMediaInput!) { removeMedia(idempotencyKey: $key, input: $input) { __typename
      ... on VersionConflict { currentVersion } ... on RemoveMediaSuccess { product { version } } } }`,
    { key, input },
  ).then(({ data, codes }) => data?.removeMedia ?? codes);
const shown = async (first?: number) => {
  const { data } = await ask(
    guest as never,
    'query($first: Int) { product(slug: "lamp") { version media(first: $first) { id url } } }',
    { first },
  );
  return data.product as { version: number; media: { id: string; url: string }[] };
};
const urls = async () => (await shown()).media.map(({ url }) => url);
const elsewhere = (name: string) => `https://pictures.example/${name}.jpg`;
const emptied = async () => {
  for (const { id } of (await shown()).media) await remove({ mediaId: id });
};

test('a picture from the request for an address to the page of the product', async () => {
  const body = aPng(30, 20);
  const { data } = await ask(
    shop.editor,
    `mutation($input: RequestMediaUploadInput!) { requestMediaUpload(input: $input) { ... on RequestMediaUploadSuccess { uploadId url method } } }`,
    { input: { contentType: 'image/png', bytes: body.length } },
  );
  const { uploadId, url, method } = data.requestMediaUpload;
  expect(await attach({ uploadId })).toMatchObject({ __typename: 'InvalidUpload', reason: 'NOT_UPLOADED' });
  expect((await shop.send(url, { method, body })).status).toBe(201);

  // A form that is filled in over lunch.
  shop.advance(20 * 60 * minute);
  await shop.commands.sweepFiles(10);
  const { version } = await shown();
  const alt = [
    { language: 'EN', text: ' A lamp ' },
    { language: 'KO', text: '램프' },
  ];
  const { media, product: after } = await attach({ uploadId, alt });
  expect(media).toMatchObject({
    width: 30,
    height: 20,
    bytes: body.length,
    contentType: 'image/png',
    alt: 'A lamp',
    ko: '램프',
  });
  expect(after.version).toBe(version + 1);
  expect(await shown()).toEqual({ version: version + 1, media: [{ id: media.id, url: media.url }] });
  expect((await shop.send(media.url)).body.equals(body)).toBe(true);
  expect(await attach({ uploadId })).toMatchObject({ reason: 'ATTACHED' });
  // It is nobody's to delete any more, and nobody else's picture.
  shop.advance(48 * 60 * minute);
  await shop.commands.sweepFiles(10);
  shop.advance(-68 * 60 * minute);
  expect((await shop.send(media.url)).status).toBe(200);

  const messages = await shop.prisma.outboxMessage.findMany({
    where: { aggregateId: product.id, type: 'product.media-changed' },
  });
  expect(messages.map(({ data: told }) => told)).toEqual([{ productId: product.id, mediaIds: [media.id] }]);
  const acts = await shop.prisma.outboxMessage.findMany({ where: { type: StaffActed.type } });
  expect(acts.map(({ data: act }) => (act as { action: string }).action)).toEqual([
    'requestMediaUpload',
    'attachMedia',
  ]);

  expect(await remove({ mediaId: media.id })).toMatchObject({ product: { version: version + 2 } });
  // A page that was sent a moment ago still shows it.
  expect((await shop.send(media.url)).status).toBe(200);
  shop.advance(11 * minute);
  await shop.commands.sweepFiles(10);
  shop.advance(-11 * minute);
  expect((await shop.send(media.url)).status).toBe(404);
  expect(await shop.filesThere()).toEqual([]);
});

describe('a picture', () => {
  test('that was uploaded too long ago is gone', async () => {
    const { id: uploadId } = await shop.upload(aPng());
    shop.advance(25 * 60 * minute);
    await shop.commands.sweepFiles(10);
    const refused = await attach({ uploadId });
    shop.advance(-25 * 60 * minute);
    expect(refused).toEqual(['NOT_FOUND']);
  });

  test('that the sweep is about to delete cannot be attached any more', async () => {
    const { id: uploadId } = await shop.upload(aPng());
    await shop.prisma.mediaFile.updateMany({ where: { upload: { id: uploadId } }, data: { state: 'DELETING' } });
    expect(await attach({ uploadId })).toMatchObject({ reason: 'EXPIRED' });
    expect(await urls()).toEqual([]);
  });

  test('of one upload is attached once, however many try', async () => {
    const { id: uploadId } = await shop.upload(aPng());
    const names = (await Promise.all(Array.from({ length: 6 }, () => attach({ uploadId })))).map(
      ({ __typename: name }) => name,
    );
    expect(names.toSorted()).toEqual(['AttachMediaSuccess', ...Array(5).fill('InvalidUpload')]);
    expect(await urls()).toHaveLength(1);
    await emptied();
  });

  test('elsewhere is an https address, and nothing is known of it', async () => {
    for (const url of ['http://pictures.example/1', 'javascript:alert(1)', 'https://me:secret@pictures.example/', ''])
      expect(await attach({ url }), url).toMatchObject({ __typename: 'InvalidMedia', field: 'url' });
    // Never fetched: an address within our own network is as good as any.
    const { media } = await attach({ url: 'https://127.0.0.1/latest/meta-data' });
    expect(media).toMatchObject({
      url: 'https://127.0.0.1/latest/meta-data',
      width: null,
      bytes: null,
      contentType: null,
      alt: '',
    });
    await emptied();
  });

  test.each([
    ['neither', {}, 'BAD_USER_INPUT'],
    ['both', { url: elsewhere('1'), uploadId: 'upl_0' }, 'BAD_USER_INPUT'],
    ['an upload that cannot be', { uploadId: 'upl_0' }, 'NOT_FOUND'],
    ['no product', { url: elsewhere('1'), productId: newId('Product') }, 'NOT_FOUND'],
    ['a place before the first', { url: elsewhere('1'), position: -1 }, 'BAD_USER_INPUT'],
  ])('%s is refused', async (_, input, code) => {
    expect(await attach(input)).toEqual([code]);
  });

  test.each([
    [
      'two texts of a language',
      [
        { language: 'EN', text: 'a' },
        { language: 'EN', text: 'b' },
      ],
    ],
    ['no text', [{ language: 'EN', text: ' ' }]],
    ['two lines', [{ language: 'EN', text: 'a\nb' }]],
    ['too long a text', [{ language: 'EN', text: 'a'.repeat(201) }]],
  ])('with %s is refused', async (_, alt) => {
    expect(await attach({ url: elsewhere('1'), alt })).toMatchObject({ __typename: 'InvalidMedia', field: 'alt' });
  });

  test('is there once for a retry, and another input is a conflict', async () => {
    const tries = await Promise.all(
      Array.from({ length: 4 }, () => attach({ url: elsewhere('1') }, shop.editor, 'once')),
    );
    expect(new Set(tries.map(({ media }) => media.id)).size).toBe(1);
    expect(await attach({ url: elsewhere('2') }, shop.editor, 'once')).toMatchObject({
      __typename: 'IdempotencyConflict',
    });
    expect(await urls()).toEqual([elsewhere('1')]);
    await emptied();
  });

  test('is for those who may write the catalogue', async () => {
    expect(await attach({ url: elsewhere('1') }, somebody())).toEqual(['FORBIDDEN']);
    expect(await attach({ url: elsewhere('1') }, guest as never)).toEqual(['UNAUTHENTICATED']);
  });
});

describe('the pictures of a product', () => {
  test('are in the order that staff want', async () => {
    for (const name of ['a', 'b', 'c']) await attach({ url: elsewhere(name) });
    await attach({ url: elsewhere('first'), position: 0 });
    await attach({ url: elsewhere('last'), position: 99 });
    expect(await urls()).toEqual(['first', 'a', 'b', 'c', 'last'].map(elsewhere));
    const { media } = await shown();
    await revise({ mediaId: media[3]?.id, position: 1 });
    expect(await urls()).toEqual(['first', 'c', 'a', 'b', 'last'].map(elsewhere));
    expect((await shown(2)).media).toHaveLength(2);
    await remove({ mediaId: media[0]?.id });
    expect(await urls()).toEqual(['c', 'a', 'b', 'last'].map(elsewhere));
    await emptied();
  });

  test('many who move them at once lose none, and wait for nobody for ever', async () => {
    await Promise.all(Array.from({ length: 6 }, (_, n) => attach({ url: elsewhere(`${n}`), position: 0 })));
    const { media } = await shown();
    await Promise.all(
      media.map(({ id }, n) => (n % 3 === 0 ? remove({ mediaId: id }) : revise({ mediaId: id, position: 0 }))),
    );
    const positions = await shop.prisma.media.findMany({ orderBy: { position: 'asc' } });
    expect(positions.map(({ position }) => position)).toEqual([0, 1, 2, 3]);
    await emptied();
  });

  test('have texts that fall back, and that an empty list takes away', async () => {
    const { media } = await attach({ url: elsewhere('1'), alt: [{ language: 'KO', text: '램프' }] });
    expect(media).toMatchObject({ alt: '램프', ko: '램프' });
    expect(await revise({ mediaId: media.id, alt: [{ language: 'EN', text: 'Lamp' }] })).toMatchObject({
      media: { alt: 'Lamp', ko: 'Lamp' },
    });
    expect(await revise({ mediaId: media.id, position: 0 })).toMatchObject({ media: { alt: 'Lamp' } });
    expect(await revise({ mediaId: media.id, alt: [] })).toMatchObject({ media: { alt: '', ko: '' } });
    await emptied();
  });

  test('change only for those who have seen them', async () => {
    const { media, product: after } = await attach({ url: elsewhere('1') });
    const stale = { expectedVersion: after.version - 1 };
    const conflict = { __typename: 'VersionConflict', currentVersion: after.version };
    expect(await attach({ url: elsewhere('2'), ...stale })).toMatchObject(conflict);
    expect(await revise({ mediaId: media.id, position: 0, ...stale })).toEqual(conflict);
    expect(await remove({ mediaId: media.id, ...stale })).toEqual(conflict);
    expect(await remove({ mediaId: media.id, expectedVersion: after.version })).toMatchObject({
      __typename: 'RemoveMediaSuccess',
    });
    expect(await remove({ mediaId: media.id })).toEqual(['NOT_FOUND']);
    expect(await revise({ mediaId: 'med_0', position: 0 })).toEqual(['NOT_FOUND']);
  });

  test('are fifty at most', async () => {
    const rows = Array.from({ length: 50 }, (_, position) => ({
      ...{ id: `med_${String(position).padStart(32, '0')}`, productId: product.id, position, url: elsewhere('1') },
      ...{ alt: {}, createdAt: new Date() },
    }));
    await shop.prisma.media.createMany({ data: rows });
    const { id: uploadId } = await shop.upload(aPng());
    expect(await attach({ uploadId })).toMatchObject({ __typename: 'TooManyMedia', maximum: 50 });
    expect((await shown()).media).toHaveLength(50);
    await shop.prisma.media.deleteMany();
    expect(await attach({ uploadId })).toMatchObject({ __typename: 'AttachMediaSuccess' });
    await emptied();
  });

  test('of many products are one statement', async () => {
    const statements = await shop.statementsOf(() =>
      ask(guest as never, '{ a: product(slug: "lamp") { media { url } } b: product(slug: "lamp") { media { alt } } }'),
    );
    expect(statements.filter((text) => text.includes('"media"'))).toHaveLength(1);
  });
});
