import { once } from 'node:events';
import { createReadStream, type ReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { resolveRange } from '../../domain/media/byte-range.ts';
import type { FileKey } from '../../domain/media/image.ts';
import { type FileStore, StoreUnavailable } from '../../usecases/media/ports.ts';

/**
 * Files in a folder, which all replicas share. A file is written beside its place and renamed once it is on the disk, so
 * that no reader sees half of one, and a crash leaves nothing under the key. 256 folders, by the first two digits: a
 * folder of a hundred thousand names is slow to open in many file systems.
 */
export const folderStore = (folder: string): FileStore => {
  const place = (key: FileKey) => path.join(folder, key.slice(0, 2), key);
  const unfinished = (key: FileKey) => `${place(key)}.part`;
  return {
    put: (key, { bytes, body }) =>
      available(async () => {
        await mkdir(path.dirname(place(key)), { recursive: true });
        const part = unfinished(key);
        try {
          await writeWhole(part, body, bytes);
          await rename(part, place(key));
        } catch (error) {
          // A full disk gets its room back at once. What cannot be removed now is removed with the key.
          await rm(part, { force: true }).catch(() => {});
          throw error;
        }
      }),

    size: (key) => available(async () => (await found(stat(place(key))))?.size),

    open: (key, range) =>
      available(async () => {
        const bytes = (await found(stat(place(key))))?.size;
        if (bytes === undefined) return undefined;
        const part = range ? resolveRange(range, bytes) : { first: 0, last: bytes - 1 };
        if (!part) return 'unsatisfiable';
        const body = await found(opened(createReadStream(place(key), { start: part.first, end: part.last })));
        return body && { bytes, ...part, body };
      }),

    remove: (key) =>
      available(async () => {
        await rm(place(key), { force: true });
        await rm(unfinished(key), { force: true });
      }),
  };
};

const writeWhole = async (file: string, body: AsyncIterable<Uint8Array>, bytes: number): Promise<void> => {
  const handle = await open(file, 'w');
  try {
    let written = 0;
    for await (const chunk of body) {
      await handle.writeFile(chunk);
      written += chunk.length;
    }
    if (written !== bytes) throw new Error(`${written} bytes came instead of ${bytes}`);
    // Before the row says that it is there.
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const opened = async (stream: ReadStream): Promise<ReadStream> => {
  await once(stream, 'open');
  return stream;
};

const found = async <T>(work: Promise<T>): Promise<T | undefined> => {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

// The disk is full, broken, not mounted, not ours, or lacks descriptors. Whatever fails in the body keeps its own error.
const storeFaults = new Set([
  'ENOSPC',
  'EDQUOT',
  'EIO',
  'EROFS',
  'EACCES',
  'EPERM',
  'ENOENT',
  'ENOTDIR',
  'EMFILE',
  'ENFILE',
  'ESTALE',
  'EFBIG',
]);

const available = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (storeFaults.has(code)) throw new StoreUnavailable(`the folder of files: ${message}`, error);
    throw error;
  }
};
