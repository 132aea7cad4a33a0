/** The description of a backup, `manifest.json`. It is written last: a folder without one holds no backup. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { type DatabaseName, databaseNames } from '../services.ts';

// Names become file names, which must stay in the folder, and SQL identifiers, which are quoted.
const Name = z.string().regex(/^[^/\\\0]+$/);

const SavedTable = z.object({
  schema: Name,
  name: Name,
  columns: z.array(z.string()).min(1),
  rows: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  sha256: z.string(),
});
export type SavedTable = z.infer<typeof SavedTable>;

const SavedDatabase = z.object({
  /** By the clock of this server. */
  snapshotAt: z.iso.datetime(),
  postgresql: z.string(),
  migrations: z.array(z.object({ name: z.string(), checksum: z.string() })),
  /** The newest message of the outbox. */
  lastMessage: z.object({ position: z.string(), id: z.string() }).nullable(),
  sequences: z.array(z.object({ schema: Name, name: Name, last: z.string().nullable() })),
  /** Referenced tables first. */
  tables: z.array(SavedTable),
});
export type SavedDatabase = z.infer<typeof SavedDatabase>;

/** Raised when the manifest changes, so that a backup of another format is refused by name. */
export const manifestFormat = 2;

const Manifest = z.object({
  format: z.literal(manifestFormat),
  release: z.string(),
  /** Messages that were processed but never sent: 0, or something is wrong with the shop's data or the snapshot. */
  orphanEffects: z.int().nonnegative(),
  /** Lacks those of services that were added after the backup. */
  databases: z.partialRecord(z.enum(databaseNames), SavedDatabase),
});
export type Manifest = z.infer<typeof Manifest>;

export const manifestFile = 'manifest.json';
/** Until it is whole. */
export const unfinishedManifestFile = `${manifestFile}.new`;

/** Where a table's rows are, below the folder of the backup. */
export const fileOf = (database: DatabaseName, { schema, name }: Pick<SavedTable, 'schema' | 'name'>): string =>
  path.join(database, `${schema}.${name}.copy.gz`);

const digest = (content: unknown): string => createHash('sha256').update(JSON.stringify(content)).digest('hex');

/** Complete and on the disk before it gets its name. */
export const writeManifest = async (folder: string, manifest: Manifest): Promise<void> => {
  const unfinished = path.join(folder, unfinishedManifestFile);
  const handle = await open(unfinished, 'wx', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify({ ...manifest, sha256: digest(manifest) }, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unfinished, path.join(folder, manifestFile));
  await syncFolder(folder);
};

/** A new file is only durable once its folder is. */
export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Throws when it is missing or not as it was written. */
export const readManifest = async (folder: string): Promise<Manifest> => {
  const text = await readFile(path.join(folder, manifestFile), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new Error(`${folder} holds no complete backup: no ${manifestFile}`);
    throw error;
  });
  const refuse = (why: string, cause?: unknown) => new Error(`${manifestFile} in ${folder} ${why}`, { cause });
  let sha256: unknown;
  let content: Record<string, unknown>;
  try {
    ({ sha256, ...content } = JSON.parse(text) as Record<string, unknown>);
  } catch (cause) {
    throw refuse('is not what was written: not JSON', cause);
  }
  if (sha256 !== digest(content)) throw refuse('is not what was written: its sha256 differs');
  if (content.format !== manifestFormat) throw refuse(`has format ${content.format}, which this release does not know`);
  return Manifest.parse(content);
};

/** Reads every file of the backup. Throws, naming each that is missing or differs. */
export const checkFiles = async (folder: string, manifest: Manifest, signal?: AbortSignal): Promise<void> => {
  const faults: string[] = [];
  for (const name of databaseNames) {
    for (const table of manifest.databases[name]?.tables ?? []) {
      const file = fileOf(name, table);
      const found = await stat(path.join(folder, file)).catch(() => undefined);
      if (!found) faults.push(`${file} is missing`);
      else if ((await sha256Of(path.join(folder, file), signal)) !== table.sha256)
        faults.push(`${file} is not what was written: its sha256 differs`);
    }
  }
  if (faults.length > 0) throw new Error(`the backup is damaged:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
};

const sha256Of = async (file: string, signal?: AbortSignal): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash, { signal });
  return hash.digest('hex');
};
