/** What an image file is allowed to be, and how its type is told from its first bytes. */

/** The types that every browser shows, with the ending of their keys. SVG is not among them: it is a document that can run scripts. */
export const imageEndings = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'image/avif': 'avif',
} as const;

export type ImageType = keyof typeof imageEndings;
export const imageTypes = Object.keys(imageEndings) as readonly ImageType[];
export const isImageType = (text: string): text is ImageType => Object.hasOwn(imageEndings, text);

// 16,384: what the largest formats and the browsers' canvases end at. A larger one is a mistake, or meant to exhaust whoever decodes it.
export const maxSidePixels = 16_384;

export interface Image {
  readonly contentType: ImageType;
  readonly width: number;
  readonly height: number;
}

const latin = (bytes: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...bytes.subarray(from, Math.min(to, bytes.length)));

const signatures: Readonly<Record<ImageType, (head: Uint8Array) => boolean>> = {
  'image/jpeg': (head) => latin(head, 0, 3) === '\xff\xd8\xff',
  'image/png': (head) => latin(head, 0, 8) === '\x89PNG\r\n\x1a\n',
  'image/webp': (head) => latin(head, 0, 4) === 'RIFF' && latin(head, 8, 12) === 'WEBP',
  'image/gif': (head) => /^GIF8[79]a$/.test(latin(head, 0, 6)),
  // The brand of the file, or one that it is compatible with.
  'image/avif': (head) => latin(head, 4, 8) === 'ftyp' && /avi[fs]/.test(latin(head, 8, Math.min(64, boxLength(head)))),
};

const boxLength = (head: Uint8Array): number =>
  head.length < 4 ? 0 : new DataView(head.buffer, head.byteOffset, 4).getUint32(0);

/** The type that the bytes have, whatever their sender calls them. */
export const typeOfBytes = (head: Uint8Array): ImageType | undefined =>
  imageTypes.find((type) => signatures[type](head));

// 1 KiB: behind a byte order mark, an XML declaration and a licence in a comment there are not many more.
const svgWithin = 1_024;

/** For a refusal that says what to do. Only those that look like SVG; the list of allowed types is what refuses it. */
export const isSvg = (head: Uint8Array): boolean => /<svg[\s>]/i.test(latin(head, 0, svgWithin));

export type FileKey = string & { readonly __fileKey: never };

const keyPattern = new RegExp(`^[0-9a-f]{32}\\.(?:${Object.values(imageEndings).join('|')})$`);

/** Undefined for what cannot be a key: nothing of a path or a name gets through. */
export const parseFileKey = (text: string): FileKey | undefined =>
  keyPattern.test(text) ? (text as FileKey) : undefined;

/** `unique`: 32 hex digits that nobody can guess, since a file is there before its product is published. */
export const fileKey = (unique: string, type: ImageType): FileKey => {
  const key = parseFileKey(`${unique}.${imageEndings[type]}`);
  if (!key) throw new Error('a file key has 32 hex digits');
  return key;
};

export const typeOfKey = (key: FileKey): ImageType => {
  const ending = key.slice(key.indexOf('.') + 1);
  const type = imageTypes.find((one) => imageEndings[one] === ending);
  if (!type) throw new Error(`no type ends in ${ending}`);
  return type;
};
