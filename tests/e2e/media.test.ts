/** A picture's way through the gateway: staff upload and attach it, everybody sees it. */
import { expect, test } from 'vitest';
import { rawRequest } from '#kit/network/raw-request.ts';
import { aPng } from '#kit/product/pictures.ts';
import { succeed } from '#launcher/shopper/shopper.ts';
import {
  AttachMediaDocument,
  RemoveMediaDocument,
  RequestMediaUploadDocument,
} from '#operations/documents.generated.ts';
import { agora, aKey, guest, staff } from './shop.ts';

// Through outbox and bus to the gateway's caches.
const seenWithinMs = 15_000;

const page = '{ product(slug: "trail-lamp-200") { id media { id url width alt } } }';
interface Page {
  readonly product: { readonly id: string; readonly media: readonly { readonly id: string; readonly url: string }[] };
}
const shown = async () => ((await guest.send(page)).data as unknown as Page).product;

test('a picture is uploaded, attached, shown at once though pages are cached, and removed', async () => {
  const [{ client: desk }, body] = [await staff(), aPng(40, 30)];
  const before = await shown();
  const { requestMediaUpload } = await desk.ask(RequestMediaUploadDocument, {
    input: { contentType: 'image/png', bytes: body.length },
  });
  const { uploadId, url } = succeed(requestMediaUpload, 'RequestMediaUploadSuccess');
  const send = (target: string, sent: object = {}) => rawRequest(agora.gateway, target, sent);
  expect((await send(url, { method: 'PUT', body: body.subarray(1) })).status).toBe(400);
  expect((await send(url, { method: 'PUT', body })).status).toBe(201);

  const input = { productId: before.id, uploadId, alt: [{ language: 'EN' as const, text: 'A lamp' }], position: 0 };
  const { attachMedia } = await desk.ask(AttachMediaDocument, { idempotencyKey: aKey(), input });
  const { media } = succeed(attachMedia, 'AttachMediaSuccess');
  await expect
    .poll(async () => (await shown()).media[0], { timeout: seenWithinMs })
    .toMatchObject({ id: media?.id, width: 40, alt: 'A lamp' });

  const file = await send(media?.url ?? '');
  expect([file.status, file.headers['content-type'], file.body.equals(body)]).toEqual([200, 'image/png', true]);
  expect(file.headers).toMatchObject({
    'cache-control': 'public, max-age=31536000, immutable',
    'content-security-policy': "default-src 'none'; sandbox",
    'cross-origin-resource-policy': 'cross-origin',
  });
  expect((await send(media?.url ?? '', { headers: { range: 'bytes=0-3' } })).status).toBe(206);

  const { removeMedia } = await desk.ask(RemoveMediaDocument, { input: { mediaId: media?.id ?? '' } });
  succeed(removeMedia, 'RemoveMediaSuccess');
  await expect.poll(async () => (await shown()).media, { timeout: seenWithinMs }).toEqual(before.media);
});
