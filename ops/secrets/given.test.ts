import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { givenFiles, givenLines } from './given.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'agora-given-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('takes lines with a value, and keeps what comes after the first equals sign', () => {
  const file = path.join(folder, 'lines');
  writeFileSync(file, 'REDIS_PASSWORD=a=b c\nREDIS_URL=\n\nACCESS_TOKEN_KEYS={"keys":[]}\n');
  expect(givenLines(file)).toEqual({ REDIS_PASSWORD: 'a=b c', ACCESS_TOKEN_KEYS: '{"keys":[]}' });
});

it('takes the files of a folder by their names, without the line break at their end', () => {
  const files = path.join(folder, 'files');
  mkdirSync(path.join(files, 'sub'), { recursive: true });
  for (const [name, content] of Object.entries({ REDIS_PASSWORD: 'secret\n', 'README.md': '# x', '.keep': '' }))
    writeFileSync(path.join(files, name), content);
  expect(givenFiles(files)).toEqual({ REDIS_PASSWORD: 'secret' });
});

it('is nothing where nothing was named', () => {
  expect({ ...givenLines(undefined), ...givenFiles(undefined), ...givenFiles(path.join(folder, 'none')) }).toEqual({});
});
