/** The story of a backup: a cut, its data, the proof that it is one, and then the manifest. */
import path from 'node:path';
import type pg from 'pg';
import { prismaLockKey } from '#platform/database/migrations.ts';
import type { DatabaseUrls } from '../addresses.ts';
import type { DatabaseName } from '../services.ts';
import { inEach, queriesOf, withConnections } from './connections.ts';
import { copyOut } from './copy.ts';
import { type CutLimits, cutLimits, takeCut } from './cut.ts';
import { effectsWithoutCause } from './effects-without-cause.ts';
import { emptyFolder } from './folder.ts';
import { fileOf, type Manifest, type SavedDatabase, type SavedTable, syncFolder, writeManifest } from './manifest.ts';
import { sequencesOf, tablesOf } from './tables.ts';

export interface BackupOptions {
  readonly urls: DatabaseUrls;
  /** Must not exist, or be empty. */
  readonly folder: string;
  /** Of the code that is running. */
  readonly release: string;
  readonly say?: (sentence: string) => void;
  /** Aborted: stop, and leave nothing behind. */
  readonly signal?: AbortSignal;
  readonly limits?: CutLimits;
}

/**
 * Copies the four databases as they are at one consistent cut. The shop goes on meanwhile. When it throws, no lock is left
 * in the databases and nothing in the folder.
 */
export const makeBackup = async (options: BackupOptions): Promise<Manifest> => {
  const { urls, release, say = () => undefined, signal, limits = cutLimits } = options;
  const folder = await emptyFolder(options.folder);
  try {
    return await withConnections(urls, signal, async (connections) => {
      await inEach(connections, holdOffMigrations);
      const cut = await takeCut(connections, limits, signal);
      const waits = Object.entries(cut.pausedMs).map(([name, ms]) => `${name} ${ms.toFixed(1)} ms`);
      say(`the cut is made; messages waited to be taken in for: ${waits.join(', ')} (try ${cut.attempts})`);
      const databases = await inEach(connections, async (client, name) => {
        const saved = await saveDatabase(client, name, folder.path, signal);
        say(
          `${name}: ${sum(saved.tables, 'rows')} rows of ${saved.tables.length} tables, ${sum(saved.tables, 'bytes')} bytes`,
        );
        return { ...saved, cutAt: cut.at[name].toISOString() };
      });
      const orphans = await effectsWithoutCause(queriesOf(connections));
      for (const { id, type, processedBy } of orphans.slice(0, shownOrphans))
        say(`${processedBy} has taken in ${type} ${id}, which nobody has sent`);
      const manifest: Manifest = { format: 1, release, effectsWithoutCause: orphans.length, databases };
      await writeManifest(folder.path, manifest);
      return manifest;
    });
  } catch (fault) {
    await folder.clear();
    throw fault;
  }
};

// A breach is rarely alone; twenty show the pattern.
const shownOrphans = 20;

const sum = (tables: readonly SavedTable[], what: 'rows' | 'bytes'): number =>
  tables.reduce((total, table) => total + table[what], 0);

/** Shared, for the rest of the session: a migration waits for the end of the backup, in which tables must not change. */
const holdOffMigrations = async (client: pg.Client, name: DatabaseName): Promise<void> => {
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
): Promise<Omit<SavedDatabase, 'cutAt'>> => {
  const tables: SavedTable[] = [];
  for (const table of await tablesOf(client)) {
    const file = path.join(folder, fileOf(name, table));
    tables.push({ ...table, columns: [...table.columns], ...(await copyOut(client, table, file, signal)) });
  }
  await syncFolder(path.join(folder, name));
  return { ...(await standing(client)), sequences: [...(await sequencesOf(client))], tables };
};

const standing = async (
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
