import { describe, expect, test } from 'vitest';
import { aGif, aJpeg, anAvif, anSvg, aPng, aWebp } from '#kit/product/pictures.ts';
import { parseRange, resolveRange } from './byte-range.ts';
import { fileKey, isSvg, parseFileKey, typeOfBytes, typeOfKey } from './image.ts';
import { MediaUrl, placed } from './media.ts';

test.each([
  ['image/png', aPng()],
  ['image/jpeg', aJpeg(1, 1)],
  ['image/gif', aGif(1, 1)],
  ['image/webp', aWebp(1, 1)],
  ['image/avif', anAvif(1, 1)],
  [undefined, anSvg],
  [undefined, Buffer.from('<!doctype html>')],
  [undefined, Buffer.from('%PDF-1.7')],
  // Another format of the same family, which browsers do not show.
  [undefined, Buffer.from(anAvif(1, 1).toString('latin1').replaceAll('avif', 'heic'), 'latin1')],
  [undefined, Buffer.alloc(0)],
  [undefined, Buffer.from('RIFF')],
  [undefined, aPng().subarray(1)],
])('%s is told by its first bytes', (type, bytes) => {
  expect(typeOfBytes(bytes)).toBe(type);
});

test.each([
  ['<svg>', true],
  ['\ufeff<?xml version="1.0"?>\n<!-- a licence -->\n<SVG xmlns="x">', true],
  ['<svgs>', false],
  ['plain', false],
])('%j is SVG: %s', (text, is) => {
  expect(isSvg(Buffer.from(text))).toBe(is);
});

const digits = '0123456789abcdef0123456789abcdef';

test('a key is a name and nothing else', () => {
  const key = fileKey(digits, 'image/jpeg');
  expect(parseFileKey(key)).toBe(`${digits}.jpg`);
  expect(typeOfKey(key)).toBe('image/jpeg');
  const others = [
    '',
    '..',
    '../passwd',
    `${digits}.svg`,
    `${digits}.jpg/..`,
    `a/${digits}.jpg`,
    `${digits}.jpg\n`,
    `${digits.toUpperCase()}.jpg`,
    `${digits}.JPG`,
    `${digits}.jpg.part`,
  ];
  for (const text of others) expect(parseFileKey(text), text).toBeUndefined();
});

describe('a range', () => {
  test.each([
    ['bytes=0-0', [0, 0]],
    ['bytes=2-4', [2, 4]],
    ['bytes=2-', [2, 9]],
    ['bytes=2-99', [2, 9]],
    ['bytes=-3', [7, 9]],
    ['bytes=-99', [0, 9]],
    ['bytes=10-', 'none'],
    ['bytes=-0', 'none'],
    ['bytes=4-2', 'ignored'],
    ['bytes=0-1,3-4', 'ignored'],
    ['bytes=-', 'ignored'],
    ['bytes=a-b', 'ignored'],
    ['items=0-1', 'ignored'],
    [`bytes=${'9'.repeat(30)}-`, 'ignored'],
    [undefined, 'ignored'],
  ])('%s of ten bytes is %j', (header, expected) => {
    const range = parseRange(header);
    const resolved = range && resolveRange(range, 10);
    const found = range ? (resolved ? [resolved.first, resolved.last] : 'none') : 'ignored';
    expect(found).toEqual(expected);
  });
});

test('an address elsewhere is https, without a name or password, as browsers write it', () => {
  expect(MediaUrl.parse('https://cdn.example/한글 1.jpg')).toBe('https://cdn.example/%ED%95%9C%EA%B8%80%201.jpg');
  const others = [
    'http://cdn.example/1.jpg',
    'https://me:secret@cdn.example/',
    'https://me@cdn.example/',
    'javascript:alert(1)',
    'data:image/png;base64,AA',
    '/media/1',
    '',
    `https://cdn.example/${'a'.repeat(2_000)}`,
  ];
  for (const text of others) expect(MediaUrl.safeParse(text).success, text).toBe(false);
});

test('a picture is put where it should be, the others stay in their order', () => {
  expect(placed(['a', 'b', 'c'], 'd', 0)).toEqual(['d', 'a', 'b', 'c']);
  expect(placed(['a', 'b', 'c'], 'd', 99)).toEqual(['a', 'b', 'c', 'd']);
  expect(placed(['a', 'b', 'c'], 'a', 1)).toEqual(['b', 'a', 'c']);
  expect(placed(['a', 'b', 'c'], 'c', 0)).toEqual(['c', 'a', 'b']);
});
