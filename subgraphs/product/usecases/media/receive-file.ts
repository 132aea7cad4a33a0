/** Receives the bytes of an upload. It is recorded before the store has any of them, and again when it has them all. */
import type { UploadRefusal } from '../../domain/media/failures.ts';
import { type FileKey, fileKey, type Image, isSvg, typeOfBytes } from '../../domain/media/image.ts';
import {
  maxUploadAttempts,
  type Upload,
  type UploadId,
  unattachedKeptMs,
  unfinishedKeptMs,
} from '../../domain/media/media.ts';
import type { Deps, Stores } from '../ports.ts';
import type { FileStore } from './ports.ts';
import { uploadTokenHash } from './request-upload.ts';

export interface SentFile {
  readonly token: string;
  readonly bytes: number;
  readonly body: AsyncIterable<Uint8Array>;
}

export type ReceivedFile = { readonly uploadId: UploadId; readonly image: Image } | { readonly refused: UploadRefusal };

// 512 KiB: a camera's metadata and previews take less, and the size of the picture stands behind them. This is all that
// an upload holds in memory.
const headBytes = 524_288;
// 16: of a file's name. Nobody who was not told it finds a picture of a product that is not published.
const keyBytes = 16;

/** Throws `StoreUnavailable` when the file store cannot take it; nothing is left behind then but what the sweep removes. */
export const receiveFile =
  (deps: Deps) =>
  async ({ token, bytes, body }: SentFile): Promise<ReceivedFile> => {
    const { files } = deps.media;
    if (!files) return { refused: 'UPLOAD_NOT_FOUND' };
    const begun = await deps.transaction((stores) => begin(deps, stores, { token, bytes }));
    if ('refused' in begun) return begun;
    const { upload, key } = begun;
    const image = await store(deps, files, upload, key, body).catch(async (error: unknown) => {
      await discard(deps, files, key);
      if (error instanceof Incomplete) return { refused: 'INCOMPLETE' as const };
      throw error;
    });
    if ('refused' in image) {
      await discard(deps, files, key);
      return image;
    }
    // What becomes of a commit that breaks off is not known: then the file stays, and the sweep decides.
    if (await deps.transaction((stores) => complete(stores, upload.id, key, image)))
      return { uploadId: upload.id, image };
    await discard(deps, files, key);
    return { refused: 'ALREADY_UPLOADED' };
  };

const store = async (
  { media: { readImage } }: Deps,
  files: FileStore,
  { contentType, bytes }: Upload,
  key: FileKey,
  body: AsyncIterable<Uint8Array>,
): Promise<Image | { readonly refused: UploadRefusal }> => {
  const { head, rest } = await readHead(body);
  const found = typeOfBytes(head);
  if (!found) return { refused: isSvg(head) ? 'SVG_REFUSED' : 'UNSUPPORTED_IMAGE' };
  if (found !== contentType) return { refused: 'WRONG_TYPE' };
  const image = readImage(head, found);
  if (!image) return { refused: 'UNREADABLE_IMAGE' };
  await files.put(key, { bytes, body: whole(head, rest) });
  return image;
};

const begin = async (
  { media: { newSecret } }: Deps,
  { uploads, files, now }: Stores,
  { token, bytes }: Pick<SentFile, 'token' | 'bytes'>,
): Promise<{ readonly upload: Upload; readonly key: FileKey } | { readonly refused: UploadRefusal }> => {
  const upload = await uploads.lock({ tokenHash: uploadTokenHash(token) });
  if (!upload) return { refused: 'UPLOAD_NOT_FOUND' };
  if (upload.fileKey) return { refused: 'ALREADY_UPLOADED' };
  if (upload.expiresAt <= now) return { refused: 'UPLOAD_EXPIRED' };
  if (upload.attempts >= maxUploadAttempts) return { refused: 'TOO_MANY_ATTEMPTS' };
  if (upload.bytes !== bytes) return { refused: 'WRONG_LENGTH' };
  const { contentType } = upload;
  // A name of its own for each attempt: two at once never write to the same file.
  const key = fileKey(newSecret(keyBytes).toString('hex'), contentType);
  await uploads.countAttempt(upload.id);
  await files.insert({ key, contentType, bytes, deleteAfter: new Date(now.getTime() + unfinishedKeptMs) });
  return { upload, key };
};

/** The first one to be complete is the upload's file. */
const complete = async (
  { uploads, files, now }: Stores,
  id: UploadId,
  key: FileKey,
  image: Image,
): Promise<boolean> => {
  const upload = await uploads.lock({ id });
  if (!upload || upload.fileKey) return false;
  const isThere = await files.markStored(key, image, new Date(now.getTime() + unattachedKeptMs));
  if (isThere) await uploads.setFile(id, key);
  return isThere;
};

/** At once where that is possible; the sweep would do it an hour later. */
const discard = async ({ transaction }: Deps, files: FileStore, key: FileKey): Promise<void> => {
  try {
    await files.remove(key);
    await transaction((stores) => stores.files.forget([key]));
  } catch {
    // Why the file was not taken is what its sender should hear.
  }
};

/** What its sender did not send to the end, for whatever reason. */
class Incomplete extends Error {}

const readHead = async (body: AsyncIterable<Uint8Array>) => {
  const rest = arriving(body);
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length < headBytes) {
    const { done, value } = await rest.next();
    if (done) break;
    chunks.push(value);
    length += value.length;
  }
  return { head: Buffer.concat(chunks), rest };
};

async function* arriving(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  try {
    yield* body;
  } catch (error) {
    throw new Incomplete('the sender broke off', { cause: error });
  }
}

async function* whole(head: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  yield head;
  yield* rest;
}
