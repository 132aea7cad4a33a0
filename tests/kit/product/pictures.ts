/** Pictures, and files that only look like some. */
import { crc32, deflateSync } from 'node:zlib';

const chunk = (type: string, data: Uint8Array): Buffer => {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
};

/** A grey one; `filler` is a comment that makes it longer. */
export const aPng = (width = 2, height = 3, filler: Uint8Array = Buffer.alloc(0)): Buffer => {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const rows = Buffer.alloc((Math.min(width, 64) + 1) * Math.min(height, 64), 128);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...(filler.length > 0 ? [chunk('tEXt', filler)] : []),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
};

const u16 = (n: number): number[] => [n >> 8, n & 255];

/** The headers of one, with an EXIF orientation. */
export const aJpeg = (width: number, height: number, orientation = 1): Buffer => {
  const tiff = [
    ...Buffer.from('MM'),
    0,
    42,
    0,
    0,
    0,
    8,
    0,
    1,
    ...[1, 18, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0],
    0,
    0,
    0,
    0,
  ];
  const exif = [...Buffer.from('Exif\0\0', 'latin1'), ...tiff];
  return Buffer.from([
    ...[0xff, 0xd8],
    ...[0xff, 0xe0, ...u16(16), ...Buffer.from('JFIF\0', 'latin1'), 1, 1, 0, ...u16(1), ...u16(1), 0, 0],
    ...[0xff, 0xe1, ...u16(exif.length + 2), ...exif],
    ...[0xff, 0xc0, ...u16(11), 8, ...u16(height), ...u16(width), 1, 1, 0x11, 0],
    ...[0xff, 0xd9],
  ]);
};

export const aGif = (width: number, height: number): Buffer =>
  Buffer.from([...Buffer.from('GIF89a'), width & 255, width >> 8, height & 255, height >> 8, 0, 0, 0, 0x3b]);

/** The lossless kind. */
export const aWebp = (width: number, height: number): Buffer => {
  const bits = (width - 1) | ((height - 1) << 14);
  const data = Buffer.alloc(5);
  data.set([0x2f]);
  data.writeUInt32LE(bits >>> 0, 1);
  const file = Buffer.concat([Buffer.from('RIFF....WEBPVP8L....', 'latin1'), data, Buffer.alloc(5)]);
  file.writeUInt32LE(file.length - 8, 4);
  file.writeUInt32LE(data.length, 16);
  return file;
};

const box = (type: string, data: Uint8Array): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length + 8);
  return Buffer.concat([length, Buffer.from(type, 'latin1'), data]);
};

/** The boxes of one that say how large it is. */
export const anAvif = (width: number, height: number): Buffer => {
  const size = Buffer.alloc(12);
  size.writeUInt32BE(width, 4);
  size.writeUInt32BE(height, 8);
  const properties = box('iprp', box('ipco', box('ispe', size)));
  return Buffer.concat([
    box('ftyp', Buffer.from('avif\0\0\0\0mif1avif', 'latin1')),
    box('meta', Buffer.concat([Buffer.alloc(4), properties])),
  ]);
};

export const anSvg = Buffer.from(
  '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
);
