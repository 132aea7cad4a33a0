/** What every store of files has to keep: run against the folder and against a server that speaks S3. */
import { createHash, randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { type FileKey, fileKey } from '../../domain/media/image.ts';
import { type FileStore, StoreUnavailable } from '../../usecases/media/ports.ts';

export interface StoreUnderTest {
  readonly store: FileStore;
  /** Another process's view of the same files. */
  readonly replica: FileStore;
  /** One whose place is not there. */
  readonly away: FileStore;
}

const aKey = (): FileKey => fileKey(randomBytes(16).toString('hex'), 'image/png');

async function* pieces(bytes: Uint8Array, size = 65_536) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const content = async (store: FileStore, key: FileKey, ...range: [] | [Parameters<FileStore['open']>[1]]) => {
  const file = await store.open(key, ...range);
  if (!file || file === 'unsatisfiable') return file;
  const { body, ...extent } = file;
  return { ...extent, text: (await buffer(body)).toString('latin1') };
};

export const fileStoreSuite = (name: string, setup: () => Promise<StoreUnderTest>): void => {
  describe(`files in ${name}`, async () => {
    const files = await setup();
    reading(files);
    removing(files);
  });
};

const putText = async (store: FileStore, text: string) => {
  const [key, bytes] = [aKey(), Buffer.from(text)];
  await store.put(key, { bytes: bytes.length, body: pieces(bytes, 3) });
  return key;
};

const reading = ({ store, replica }: StoreUnderTest): void => {
  test('a file comes back whole, at every replica', async () => {
    const key = await putText(store, '0123456789');
    expect(await content(replica, key)).toEqual({ bytes: 10, first: 0, last: 9, text: '0123456789' });
    expect(await replica.size(key)).toBe(10);
  });

  test('megabytes pass through as they are', async () => {
    const [key, bytes] = [aKey(), randomBytes(5_000_000)];
    await store.put(key, { bytes: bytes.length, body: pieces(bytes) });
    const file = await replica.open(key);
    if (!file || file === 'unsatisfiable') throw new Error('it is not there');
    const digest = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');
    expect(digest(await buffer(file.body))).toBe(digest(bytes));
  });

  test('a part is what was asked for, and no more than there is', async () => {
    const key = await putText(store, '0123456789');
    expect(await content(store, key, { first: 2, last: 4 })).toEqual({ bytes: 10, first: 2, last: 4, text: '234' });
    expect(await content(store, key, { first: 7 })).toMatchObject({ first: 7, last: 9, text: '789' });
    expect(await content(store, key, { first: 7, last: 99 })).toMatchObject({ first: 7, last: 9, text: '789' });
    expect(await content(store, key, { suffix: 2 })).toMatchObject({ first: 8, last: 9, text: '89' });
    expect(await content(store, key, { first: 10 })).toBe('unsatisfiable');
  });
};

const removing = ({ store, replica, away }: StoreUnderTest): void => {
  test('what is not there is not there, and can be removed', async () => {
    const key = aKey();
    expect(await store.open(key)).toBeUndefined();
    expect(await store.open(key, { first: 1 })).toBeUndefined();
    expect(await store.size(key)).toBeUndefined();
    await store.remove(key);
  });

  test('a removed file is gone for all; removing it again is fine', async () => {
    const key = await putText(store, '0123456789');
    await replica.remove(key);
    await store.remove(key);
    expect(await store.open(key)).toBeUndefined();
    expect(await replica.size(key)).toBeUndefined();
  });

  test('a download goes on when its file is removed', async () => {
    const [key, bytes] = [aKey(), randomBytes(3_000_000)];
    await store.put(key, { bytes: bytes.length, body: pieces(bytes) });
    const file = await store.open(key);
    if (!file || file === 'unsatisfiable') throw new Error('it is not there');
    await store.remove(key);
    expect((await buffer(file.body)).equals(bytes)).toBe(true);
  });

  test('a body that breaks off leaves nothing that remove does not take away, and its own error', async () => {
    const [key, broken] = [aKey(), new Error('the client is gone')];
    const body = (async function* () {
      yield Buffer.from('012');
      throw broken;
    })();
    await expect(store.put(key, { bytes: 10, body })).rejects.toBe(broken);
    // A server may notice late that nothing more comes, and put down what there was after a first remove.
    await expect
      .poll(async () => {
        await store.remove(key);
        return await replica.open(key);
      })
      .toBeUndefined();
  });

  test('a body of another length is refused', async () => {
    await expect(store.put(aKey(), { bytes: 10, body: pieces(Buffer.from('012')) })).rejects.toThrow();
  });

  test('one that is away says so', async () => {
    const bytes = Buffer.from('0123');
    await expect(away.put(aKey(), { bytes: 4, body: pieces(bytes) })).rejects.toBeInstanceOf(StoreUnavailable);
  });
};
