/** Files for an import, in a folder that goes when the test file ends. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Shop } from '#kit/product/shop.ts';
import { defaultShop } from '#platform/config/shop.ts';
import { catalogueFiles } from './catalogue-files.ts';

type FilesOf = Pick<Shop, 'prisma' | 'commands'>;
export const filesOf = ({ prisma, commands }: FilesOf) => catalogueFiles(prisma, commands, defaultShop);

export const lines = (...documents: readonly unknown[]) =>
  documents.map((document) => JSON.stringify(document)).join('\n');

/** Called by each test file: its hooks are those of the file that is running. */
export const importFiles = () => {
  let folder: string;
  let files = 0;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'catalogue-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const fileOf = async (content: string | Buffer, extension = 'jsonl'): Promise<string> => {
    const file = path.join(folder, `${++files}.${extension}`);
    await writeFile(file, content);
    return file;
  };
  return {
    fileOf,
    load: async (shop: FilesOf, ...documents: readonly unknown[]) =>
      filesOf(shop).importFile(await fileOf(lines(...documents))),
  };
};

export const documentsOf = async (shop: FilesOf) => {
  const documents: Record<string, { slug: string }>[] = [];
  for await (const document of filesOf(shop).exportLines()) documents.push(document as never);
  return documents;
};

export const lighting = { category: { slug: 'lighting', texts: { en: { name: 'Lighting' } } } };
export const weight = { attribute: { code: 'weight', name: { en: 'Weight' }, kind: 'NUMBER', unit: 'g' } };
