import { expect, test } from 'vitest';
import { aGif, aJpeg, anAvif, aPng, aWebp } from '#kit/product/pictures.ts';
import { readImage } from './image-header.ts';

const size = (width: number, height: number) => ({ width, height });

test.each([
  ['image/png', aPng(640, 480), size(640, 480)],
  ['image/jpeg', aJpeg(640, 480), size(640, 480)],
  ['image/gif', aGif(640, 480), size(640, 480)],
  ['image/webp', aWebp(640, 480), size(640, 480)],
  ['image/avif', anAvif(640, 480), size(640, 480)],
] as const)('%s says how large it is', (type, bytes, expected) => {
  expect(readImage(bytes, type)).toEqual({ contentType: type, ...expected });
});

test('a photograph that was taken upright is as high as it is shown', () => {
  expect(readImage(aJpeg(640, 480, 6), 'image/jpeg')).toMatchObject(size(480, 640));
});

test.each([
  ['nothing', aPng(0, 480)],
  ['more than any screen', aPng(100_000, 480)],
  ['cut off', aPng().subarray(0, 12)],
  [
    'a JPEG of nothing but padding',
    Buffer.concat([Buffer.from('\xff\xd8\xff\xe0', 'latin1'), Buffer.alloc(600_000, 0xff)]),
  ],
])('%s has no size', (_, bytes) => {
  expect(readImage(bytes, bytes[0] === 0xff ? 'image/jpeg' : 'image/png')).toBeUndefined();
});
