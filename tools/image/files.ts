/** Which files the programs of the image need: the sources that they import, and of each package what it loads. */
import { globSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import { nodeFileTrace } from '@vercel/nft';
import { programs, readByName } from './programs.ts';

export interface ImageFiles {
  readonly sources: readonly string[];
  /** Below node_modules. */
  readonly packages: readonly string[];
}

/** Follows every import, require and file name that can be told without running anything. Paths are relative to `root`. */
export const imageFiles = async (root: string, entries: readonly string[] = programs): Promise<ImageFiles> => {
  const { fileList } = await nodeFileTrace([...entries], { base: root, processCwd: root, readFile: readAsJavaScript });
  const named = globSync([...readByName], { cwd: root }).filter((file) => !file.includes('.test.'));
  const all = [...new Set([...fileList, ...named])].toSorted();
  return {
    sources: all.filter((file) => !isPackaged(file)),
    packages: all.filter(isPackaged),
  };
};

const isPackaged = (file: string): boolean => file.startsWith('node_modules/');

/** The tracer knows no types: as Node does, they are taken out before it reads. */
const readAsJavaScript = async (file: string): Promise<Buffer | string | null> => {
  try {
    const content = await readFile(file);
    return file.endsWith('.ts') ? stripTypeScriptTypes(content.toString()) : content;
  } catch (error) {
    // It tries names; what is not there, or is a folder, is none.
    if (['ENOENT', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
};

/** Packages among these files that package-lock.json has for development only: none belongs into the image. */
export const developmentPackages = (root: string, files: readonly string[]): string[] => {
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  const folders = new Set(files.map(packageFolder));
  return [...folders].filter((folder) => lock.packages[folder]?.dev ?? false);
};

/** `node_modules/a/node_modules/@b/c` of `node_modules/a/node_modules/@b/c/index.js`. */
const packageFolder = (file: string): string => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? file;
