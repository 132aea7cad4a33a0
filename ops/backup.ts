/**
 * `npm run backup -- --to FOLDER`: all databases at one consistent snapshot, while the shop stays open. Needs production
 * dependencies only: the service image runs it. docs/backup.md has the procedure.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { terminationSignal } from '#platform/process/termination.ts';
import { findDatabases } from './addresses.ts';
import { makeBackup } from './backup/make-backup.ts';
import { readEnvFile } from './env-file.ts';

const help = `usage: npm run backup -- --to FOLDER
  Copies the databases named by the *_DATABASE_URL (or *_DATABASE_URL_FILE) variables, or those of npm start, to a new
  folder. Customers notice nothing; the processing of messages pauses for milliseconds.
  The folder holds addresses, password hashes and payment tokens: protect it like the databases.
  --to FOLDER   must not exist, or be empty
  --data DIR    whose databases, when the environment names none (.data)
  exit code: 0 done, 1 done but the data has orphan effects (see npm run audit), 2 no backup was made, 130 interrupted`;

export const releaseOfThisCode = (): string =>
  (JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../package.json'), 'utf8')) as { version: string })
    .version;

const run = async (signal: AbortSignal): Promise<void> => {
  const { values } = parseArgs({
    options: {
      to: { type: 'string' },
      data: { type: 'string', default: '.data' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(help);
  readEnvFile();
  if (!values.to) throw new Error('--to FOLDER is missing, see --help');
  const begun = performance.now();
  const urls = await findDatabases(process.env, values.data);
  const { orphanEffects } = await makeBackup({
    urls,
    folder: values.to,
    release: releaseOfThisCode(),
    report: console.log,
    signal,
  });
  const took = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`${values.to} holds a backup of all databases at one snapshot (${took} s)`);
  if (orphanEffects === 0) return;
  console.error(`but ${orphanEffects} messages were processed that no service has sent: see npm run audit`);
  process.exitCode = 1;
};

if (import.meta.main) {
  const interruption = terminationSignal();
  await run(interruption).catch((error: Error) => {
    console.error(`No backup was made: ${error.message || error}`);
    process.exitCode = interruption.aborted ? 130 : 2;
  });
}
