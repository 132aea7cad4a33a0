import { mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nowhere } from '#kit/gateway/gateway.ts';
import { httpServer } from '#kit/user/token-builders.ts';
import { supergraphSource } from './supergraph-source.ts';

const { signal } = new AbortController();

describe('a file', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agora-source-'));
    file = path.join(folder, 'supergraph.graphql');
    await writeFile(file, 'one');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const looks = async (times: number, read: (signal: AbortSignal) => Promise<string | undefined>) => {
    const seen: (string | undefined)[] = [];
    for (let look = 0; look < times; look++) seen.push(await read(signal));
    return seen;
  };

  it('is read once', async () => {
    const { read } = supergraphSource({ SUPERGRAPH_FILE: file });
    expect(await looks(3, read)).toEqual(['one', undefined, undefined]);
  });

  it('is read again when written over or renamed over', async () => {
    const { read } = supergraphSource({ SUPERGRAPH_FILE: file });
    await read(signal);
    await writeFile(file, 'two');
    await utimes(file, 2, 2);
    expect(await looks(3, read)).toEqual([undefined, 'two', undefined]);
    await writeFile(`${file}.next`, 'three');
    await rename(`${file}.next`, file);
    expect(await looks(3, read)).toEqual([undefined, 'three', undefined]);
  });

  it('is not read while it is being written', async () => {
    const { read } = supergraphSource({ SUPERGRAPH_FILE: file });
    await read(signal);
    for (const part of ['t', 'th', 'thr', 'thre']) {
      await writeFile(file, part);
      expect(await read(signal)).toBeUndefined();
    }
    await writeFile(file, 'three');
    expect(await looks(2, read)).toEqual([undefined, 'three']);
  });

  it('that is missing is an error, and is read when it is back', async () => {
    const { read } = supergraphSource({ SUPERGRAPH_FILE: file });
    await read(signal);
    await rm(file);
    await expect(read(signal)).rejects.toThrow('ENOENT');
    await writeFile(file, 'back');
    expect(await looks(2, read)).toEqual([undefined, 'back']);
  });
});

describe('a URL', () => {
  it('is requested with the token and its ETag', async () => {
    const asked: unknown[] = [];
    const registry = await httpServer(({ headers }, response) => {
      asked.push([headers.authorization, headers['if-none-match']]);
      if (headers['if-none-match'] === '"1"') response.writeHead(304).end();
      else response.setHeader('etag', '"1"').end('text');
    });
    const { read, name } = supergraphSource({
      SUPERGRAPH_URL: `${registry.url}/shop?secret=1`,
      SUPERGRAPH_URL_TOKEN: 'abc',
    });
    expect(name).toBe(`${registry.url}/shop`);
    expect([await read(signal), await read(signal)]).toEqual(['text', undefined]);
    expect(asked).toEqual([
      ['Bearer abc', undefined],
      ['Bearer abc', '"1"'],
    ]);
    await registry.close();
  });

  it('that fails or does not respond is an error', async () => {
    const broken = await httpServer((_, response) => void response.writeHead(500).end('type Query { a: Int }'));
    await expect(supergraphSource({ SUPERGRAPH_URL: broken.url }).read(signal)).rejects.toThrow('it answered 500');
    await expect(supergraphSource({ SUPERGRAPH_URL: nowhere }).read(signal)).rejects.toThrow('fetch failed');
    await broken.close();
  });

  it('that never stops sending is an error', async () => {
    const mebibyte = Buffer.alloc(1_048_576, ' ');
    const endless = await httpServer((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(mebibyte));
      };
      response.on('drain', more);
      more();
    });
    await expect(supergraphSource({ SUPERGRAPH_URL: endless.url }).read(signal)).rejects.toThrow('too large');
    await endless.close();
  });
});

it('the text in the environment is never read again', async () => {
  const source = supergraphSource({ SUPERGRAPH_SDL: 'text' });
  expect([await source.read(signal), source.everyMs]).toEqual(['text', undefined]);
});
