/** Which files the programs of the image need: the sources that they import, and of each package what it loads. */
import { globSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import { nodeFileTrace } from '@vercel/nft';
import { folderOf, services } from '#ops/services.ts';

/** What the image can be told to run. Everything else of this checkout stays out of it. */
export const programs: readonly string[] = [
  ...services.flatMap((service) => (service.program ? [] : [`${folderOf(service)}/main.ts`])),
  // The thread that the gateway starts
  'gateway/planning/planner-thread.ts',
  // Once per start
  'ops/secrets.ts',
  'ops/migrate.ts',
  'launcher/seed.ts',
  // Loaded by launcher/seed.ts
  ...services.flatMap((service) => (service.kind === 'subgraph' && service.seed ? [service.seed] : [])),
  'ops/health.mjs',
  // For operators
  'ops/audit.ts',
  'ops/backup.ts',
  'ops/restore.ts',
  'ops/republish.ts',
  'ops/dead-letters.ts',
  // Loads the modules that keep read models, which their services load, too
  'ops/rebuild.ts',
  // Loads the module of the accounts, which the service loads, too
  'ops/users.ts',
  'ops/keys.ts',
];

/** Read by name, so that following imports does not find it. */
const readByName = [
  'package.json',
  'supergraph.graphql',
  'operations/manifest.json',
  'prisma/*/migrations/**/*.sql',
  'subgraphs/*/schema.graphql',
  'gateway/playground/*.js',
  // `gateway/main.ts --help` prints the comments above the variables.
  'gateway/**/variables.ts',
  'gateway/graphql/variables.ts',
  'platform/**/*.ts',
] as const;

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
