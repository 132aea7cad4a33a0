/**
 * Restores the databases that the environment names. `npm run restore` goes through launcher/restore.ts, which can also restore
 * a data folder of `npm start`; the image runs this file. docs/backup.md has the procedure.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { EventsConfig } from '#platform/config/config.ts';
import { terminationSignal } from '#platform/process/termination.ts';
import { type DatabaseUrls, findDatabases, givenDatabases, givenQueues } from './addresses.ts';
import { type Restored, restoreBackup } from './backup/restore-backup.ts';
import { readEnvFile } from './env-file.ts';

const help = `usage: npm run restore -- --from FOLDER
  Restores the databases named by the *_DATABASE_URL (or *_DATABASE_URL_FILE) variables, or those of a data folder of npm start,
  to the snapshot of the backup, and empties the queues. Stop the services first. Nothing is touched before the backup has
  been checked; when it fails, everything is as before.
  --from FOLDER   the backup
  --data DIR      the data folder (.data), made when it is not there; refused when the environment names databases
  --wipe          replace databases and queues that are not empty (what is lost is listed)
  exit code: 0 done, 1 nothing was changed, 130 interrupted and nothing was changed`;

/** The system that is restored; its services must be stopped. */
export interface RestoreTarget {
  readonly urls: DatabaseUrls;
  /** Unknown when the environment does not name them. */
  readonly queues: EventsConfig | undefined;
  close(): Promise<void>;
}

/** Starts the servers of a data folder, for an environment that names no database. */
export type OpenDataFolder = (dataDir: string, env: NodeJS.ProcessEnv) => Promise<RestoreTarget>;

const refuseDataFolder: OpenDataFolder = async () => {
  throw new Error('no *_DATABASE_URL is set');
};

const report = ({ manifest, republished, newer }: Restored): string => {
  const { databases, release, orphanEffects } = manifest;
  const moments = Object.values(databases).map(({ snapshotAt }) => snapshotAt);
  const again = Object.entries(republished).map(([name, count]) => `${name} ${count}`);
  return [
    `The databases are as of ${moments.sort()[0]} (release ${release}).`,
    `Messages that were in flight then are published again: ${again.join(', ')}.`,
    ...(newer.length > 0 ? [`The next start will apply newer migrations: ${newer.join(', ')}.`] : []),
    ...(orphanEffects > 0
      ? [`The backup has ${orphanEffects} messages that were processed and never sent: see npm run audit.`]
      : []),
  ].join('\n');
};

/** Exported for its test. Refuses a data folder that was asked for while the environment names databases. */
export const openTarget = async (
  data: string | undefined,
  env: NodeJS.ProcessEnv,
  openDataFolder: OpenDataFolder,
): Promise<RestoreTarget> => {
  const given = [...givenDatabases(env).values()].map(({ variable }) => variable);
  if (data !== undefined && given.length > 0)
    throw new Error(
      `both --data and ${given.join(', ')} (from the environment or .env) name databases: drop one or the other`,
    );
  const folder = data ?? '.data';
  return given.length === 0
    ? openDataFolder(path.resolve(folder), env)
    : { urls: await findDatabases(env, folder), queues: givenQueues(env), close: async () => undefined };
};

const run = async (openDataFolder: OpenDataFolder, signal: AbortSignal): Promise<void> => {
  const { values } = parseArgs({
    options: {
      from: { type: 'string' },
      data: { type: 'string' },
      wipe: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(help);
  readEnvFile();
  if (!values.from) throw new Error('--from FOLDER is missing, see --help');
  const folder = path.resolve(values.from);
  const { env } = process;
  const target = await openTarget(values.data, env, openDataFolder);
  try {
    const { urls, queues } = target;
    const root = path.resolve(import.meta.dirname, '..');
    const restored = await restoreBackup({
      folder,
      urls,
      queues,
      root,
      wipe: values.wipe,
      report: console.log,
      signal,
    });
    console.log(report(restored));
    if (!queues)
      console.log('Neither REDIS_URL nor EVENTS_DATABASE_URL is set: empty the queues before you start the services.');
    console.log('Next: start the services, and once they are idle, npm run audit.');
  } finally {
    await target.close();
  }
};

/** The whole command; sets the exit code. */
export const restoreCommand = async (openDataFolder: OpenDataFolder): Promise<void> => {
  const interruption = terminationSignal();
  await run(openDataFolder, interruption).catch((error: Error) => {
    console.error(`Nothing was restored: ${error.message || error}`);
    process.exitCode = interruption.aborted ? 130 : 1;
  });
};

if (import.meta.main) await restoreCommand(refuseDataFolder);
