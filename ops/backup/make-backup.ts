/** A backup: a consistent snapshot, its data, its verification, and then the manifest. */
import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import type pg from 'pg';
import { prismaLockKey } from '#platform/database/migrations.ts';
import type { DatabaseUrls } from '../addresses.ts';
import { type DatabaseName, databaseNames } from '../services.ts';
import { inEach, queriesOf, withConnections } from './connections.ts';
import {
  fileOf,
  type Manifest,
  manifestFile,
  manifestFormat,
  type SavedDatabase,
  type SavedTable,
  syncFolder,
  unfinishedManifestFile,
  writeManifest,
} from './manifest.ts';
import { orphanEffects, type SnapshotLimits, snapshotLimits, takeSnapshot } from './snapshot.ts';
import { copyOut, sequencesOf, tablesOf } from './tables.ts';

export interface BackupOptions {
  readonly urls: DatabaseUrls;
  /** Must not exist, or be empty. */
  readonly folder: string;
  /** Of the running code. */
  readonly release: string;
  readonly report?: (sentence: string) => void;
  /** Aborted: stops, and leaves nothing behind. */
  readonly signal?: AbortSignal;
  readonly limits?: SnapshotLimits;
}

/**
 * Copies all databases at one consistent snapshot, while the shop stays open. When it throws, no lock is left in the
 * databases and nothing in the folder.
 */
export const makeBackup = async (options: BackupOptions): Promise<Manifest> => {
  const { urls, release, report = () => undefined, signal, limits = snapshotLimits } = options;
  const folder = await emptyFolder(options.folder);
  try {
    return await withConnections(urls, signal, async (connections) => {
      await inEach(connections, blockMigrations);
      const snapshot = await takeSnapshot(connections, limits, signal);
      const waits = Object.entries(snapshot.pausedMs).map(([name, ms]) => `${name} ${ms.toFixed(1)} ms`);
      report(`snapshot taken; message processing paused for: ${waits.join(', ')} (attempt ${snapshot.attempts})`);
      const databases = await inEach(connections, async (client, name) => {
        const saved = await saveDatabase(client, name, folder.path, signal);
        report(
          `${name}: ${sum(saved.tables, 'rows')} rows of ${saved.tables.length} tables, ${sum(saved.tables, 'bytes')} bytes`,
        );
        return { ...saved, snapshotAt: snapshot.at[name].toISOString() };
      });
      const orphans = await orphanEffects(queriesOf(connections));
      for (const { id, type, processedBy } of orphans.slice(0, shownOrphans))
        report(`${processedBy} has processed ${type} ${id}, which no service has sent`);
      const manifest: Manifest = { format: manifestFormat, release, orphanEffects: orphans.length, databases };
      await writeManifest(folder.path, manifest);
      return manifest;
    });
  } catch (fault) {
    await folder.clear();
    throw fault;
  }
};

// They rarely come alone; twenty show the pattern.
const shownOrphans = 20;

const sum = (tables: readonly SavedTable[], what: 'rows' | 'bytes'): number =>
  tables.reduce((total, table) => total + table[what], 0);

/** A shared lock for the rest of the session: a migration has to wait for the end of the backup. */
const blockMigrations = async (client: pg.Client, name: DatabaseName): Promise<void> => {
  const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock_shared($1) AS held', [
    prismaLockKey,
  ]);
  if (!rows[0]?.held) throw new Error(`the database of ${name} is being migrated: try again when that is done`);
};

const saveDatabase = async (
  client: pg.Client,
  name: DatabaseName,
  folder: string,
  signal?: AbortSignal,
): Promise<Omit<SavedDatabase, 'snapshotAt'>> => {
  const tables: SavedTable[] = [];
  for (const table of await tablesOf(client)) {
    const file = path.join(folder, fileOf(name, table));
    tables.push({ ...table, columns: [...table.columns], ...(await copyOut(client, table, file, signal)) });
  }
  await syncFolder(path.join(folder, name));
  return { ...(await stateOf(client)), sequences: [...(await sequencesOf(client))], tables };
};

const stateOf = async (
  client: pg.Client,
): Promise<Pick<SavedDatabase, 'postgresql' | 'migrations' | 'lastMessage'>> => {
  const version = await client.query<{ server_version: string }>('SHOW server_version');
  const migrations = await client.query<SavedDatabase['migrations'][number]>(
    `SELECT migration_name AS name, checksum FROM _prisma_migrations
      WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name`,
  );
  const messages = await client.query<{ position: string; id: string }>(
    'SELECT position, id FROM outbox_message ORDER BY position DESC LIMIT 1',
  );
  return {
    postgresql: version.rows[0]?.server_version ?? '',
    migrations: migrations.rows,
    lastMessage: messages.rows[0] ?? null,
  };
};

interface BackupFolder {
  readonly path: string;
  /** Removes what the backup has written, and the folder itself if it was made for it. */
  clear(): Promise<void>;
}

/** Makes the folder, with one for each database. Throws when it is not empty. */
const emptyFolder = async (wanted: string): Promise<BackupFolder> => {
  const folder = path.resolve(wanted);
  const isOurs = (await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined;
  if ((await readdir(folder)).length > 0) throw new Error(`${folder} is not empty: a backup needs a folder of its own`);
  // Closed to others, whatever the rights of the folder.
  for (const name of databaseNames) await mkdir(path.join(folder, name), { mode: 0o700 });
  return {
    path: folder,
    clear: async () => {
      for (const name of [...databaseNames, manifestFile, unfinishedManifestFile])
        await rm(path.join(folder, name), { recursive: true, force: true });
      if (isOurs) await rmdir(folder);
    },
  };
};
