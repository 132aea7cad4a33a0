import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { freePort, isPortFree } from '../system/ports.ts';
import { databaseAccount, giveTo, type RunAs } from './account.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { databaseUrl, waitUntilReady } from './connect.ts';
import { homeOf } from './home.ts';
import { stopOrphan, stopServer } from './orphan.ts';
import { asArguments, type Settings } from './settings.ts';

/** A running PostgreSQL server that belongs to one folder. */
export type Cluster = {
  port: number;
  pid: number | undefined;
  /** Where it really lives; see home.ts. */
  folder: string;
  /** Logs in as the superuser; for making roles and databases, not for services. */
  superuserUrl: string;
  /** Settles when the server has ended, for whatever reason. */
  exited: Promise<void>;
  stop: () => Promise<void>;
};

export type ClusterOptions = {
  /** The cluster lives in `<folder>/postgres`, its log in `<folder>/postgres.log`. Made when missing. */
  folder: string;
  password: string;
  settings: Settings;
};

// A port can be taken between asking for a free one and binding it; an orphan can still be letting go of its memory.
const startAttempts = 3;

/** Starts the PostgreSQL server of a folder, after making the folder's cluster or ending an orphaned server of it where needed. */
export const openCluster = async (options: ClusterOptions): Promise<Cluster> => {
  const runAs = databaseAccount();
  const folder = await homeOf(options.folder, runAs);
  const data = path.join(folder, 'postgres');
  const binaries = await findBinaries(runAs, folder);
  if (!existsSync(data)) await initialise(binaries, data, runAs, options.password);
  for (let attempt = 1; ; attempt += 1) {
    await stopOrphan(data);
    try {
      return await start(binaries, data, runAs, options);
    } catch (fault) {
      if (attempt === startAttempts) throw fault;
    }
  }
};

/** Under another name first: a data directory that exists under its final name is complete, whenever we are killed. */
const initialise = async (binaries: Binaries, data: string, runAs: RunAs, password: string): Promise<void> => {
  const unfinished = `${data}.new`;
  const passwordFile = `${data}.password`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  await giveTo(unfinished, runAs);
  await writeFile(passwordFile, password, { mode: 0o600 });
  await giveTo(passwordFile, runAs);
  try {
    // The built-in locale sorts and folds case the same way on every system; C.UTF-8 needs nothing installed.
    const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
    const login = ['--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
    await run(binaries.initdb, [`--pgdata=${unfinished}`, ...login, ...locale, '--no-instructions'], runAs);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(unfinished, data);
};

const run = async (program: string, args: string[], runAs: RunAs): Promise<void> => {
  const child = spawn(program, args, { ...runAs, cwd: path.dirname(program), stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  if (code !== 0) throw new Error(`${path.basename(program)} failed (${code}): ${complaint.trim()}`);
};

const start = async (binaries: Binaries, data: string, runAs: RunAs, options: ClusterOptions): Promise<Cluster> => {
  const port = await choosePort(data);
  const logFile = `${data}.log`;
  const log = await open(logFile, 'w');
  const child = spawn(binaries.postgres, ['-D', data, '-p', String(port), ...asArguments(options.settings)], {
    ...runAs,
    cwd: path.dirname(binaries.postgres),
    stdio: ['ignore', log.fd, log.fd],
    // Its own session: Ctrl-C in the terminal must reach the launcher only, which stops the database last.
    detached: true,
  });
  await log.close();
  const exited = ended(child);
  const superuserUrl = databaseUrl({ role: 'postgres', password: options.password, port, database: 'postgres' });
  try {
    await Promise.race([waitUntilReady(superuserUrl, exited), exited]);
    if (child.exitCode !== null)
      throw new Error(`PostgreSQL ended with code ${child.exitCode}. Its log:\n${await endOf(logFile)}`);
  } catch (fault) {
    await stopServer(child.pid, exited);
    throw fault;
  }
  await writeFile(path.join(data, 'agora.port'), String(port));
  return {
    port,
    pid: child.pid,
    folder: path.dirname(data),
    superuserUrl,
    exited,
    stop: () => stopServer(child.pid, exited),
  };
};

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => child.once('error', () => resolve()).once('exit', () => resolve()));

/** The same port as last time where possible: an address noted in a database tool stays good. */
const choosePort = async (data: string): Promise<number> => {
  const last = Number(await readFile(path.join(data, 'agora.port'), 'utf8').catch(() => ''));
  return last > 0 && (await isPortFree(last)) ? last : freePort();
};

const endOf = async (file: string): Promise<string> =>
  (await readFile(file, 'utf8')).trim().split('\n').slice(-10).join('\n');
