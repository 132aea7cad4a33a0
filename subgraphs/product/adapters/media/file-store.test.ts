import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { aBucket } from '#kit/product/bucket.ts';
import { fileKey } from '../../domain/media/image.ts';
import { StoreUnavailable } from '../../usecases/media/ports.ts';
import { fileStoreSuite } from './file-store.suite.ts';
import { folderStore } from './folder-store.ts';
import { s3Store } from './s3-store.ts';

const folder = await mkdtemp(path.join(tmpdir(), 'agora-files-'));
afterAll(() => rm(folder, { recursive: true }));
const bucket = await aBucket();
afterAll(() => bucket.close());

fileStoreSuite('a folder', async () => {
  const notAFolder = path.join(folder, 'file');
  await writeFile(notAFolder, '');
  return { store: folderStore(folder), replica: folderStore(folder), away: folderStore(notAFolder) };
});

fileStoreSuite('S3', async () => {
  const open = (more: object = {}) => {
    const store = s3Store({ ...bucket.options, ...more });
    afterAll(() => store.close());
    return store;
  };
  return { store: open(), replica: open(), away: open({ endpoint: 'http://127.0.0.1:1' }) };
});

const aKey = fileKey('0'.repeat(32), 'image/png');
const oneChunk = async function* (text: string) {
  yield Buffer.from(text);
};

test('a folder shows no file before it is whole', async () => {
  const store = folderStore(folder);
  let seen: unknown = 'nothing yet';
  const body = (async function* () {
    yield Buffer.from('01');
    seen = await store.open(aKey);
    yield Buffer.from('23');
  })();
  await store.put(aKey, { bytes: 4, body });
  expect(seen).toBeUndefined();
  expect(await readdir(path.join(folder, '00'))).toEqual([aKey]);
});

test('a folder is rid of what a killed writer has left', async () => {
  const store = folderStore(folder);
  await store.put(aKey, { bytes: 1, body: oneChunk('0') });
  await writeFile(path.join(folder, '00', `${aKey}.part`), 'half');
  await store.remove(aKey);
  expect(await readdir(path.join(folder, '00'))).toEqual([]);
});

test.each([
  ['a wrong secret', { secretAccessKey: 'another' }, 'SignatureDoesNotMatch'],
  ['a bucket that is not there', { bucket: 'elsewhere' }, 'NoSuchBucket'],
])('S3 with %s is unavailable, and the log can say why', async (_, more, code) => {
  const store = s3Store({ ...bucket.options, ...more });
  const refused = await store.put(aKey, { bytes: 1, body: oneChunk('0') }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(StoreUnavailable);
  expect(String(refused)).toContain(code);
  await store.close();
});

test('S3 that takes a connection and never answers is given up', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const store = s3Store({ ...bucket.options, endpoint: `http://127.0.0.1:${port}`, timeouts: { answerMs: 50 } });
  await expect(store.size(aKey)).rejects.toBeInstanceOf(StoreUnavailable);
  silent.closeAllConnections();
  silent.close();
  await store.close();
});
