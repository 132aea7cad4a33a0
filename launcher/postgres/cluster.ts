import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { databaseUrl, withClient } from '#platform/database/client.ts';
import { freePort, isPortFree } from '../ports.ts';
import { startProgram } from '../processes/processes.ts';
import { databaseAccount, giveTo, type RunAs } from './account.ts';
import { type Binaries, findBinaries, withInitdb } from './binaries.ts';
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
  /** Settles when the server has exited, for any reason. */
  exited: Promise<void>;
  stop: () => Promise<void>;
};

export type ClusterOptions = {
  /** The cluster lives in `<folder>/postgres`, its log in `<folder>/postgres.log`. Made when missing. */
  folder: string;
  password: string;
  settings: Settings;
  /** This port or none: for a server that others already know. */
  port?: number | undefined;
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
    await withInitdb(binaries, (initdb) =>
      run(initdb, [`--pgdata=${unfinished}`, ...login, ...locale, '--no-instructions'], runAs),
    );
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(unfinished, data);
};

/** Nothing of our own environment: PG* and LC_* variables, or a library path, were meant for other programs. */
const bareEnvironment = (): NodeJS.ProcessEnv => {
  const wanted = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SYSTEMROOT'];
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => wanted.includes(name.toUpperCase())));
};

const run = async (program: string, args: string[], runAs: RunAs): Promise<void> => {
  const child = await startProgram(program, args, {
    ...runAs,
    env: bareEnvironment(),
    cwd: path.dirname(program),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${path.basename(program)} failed (${code}): ${complaint.trim()}`);
};

const start = async (binaries: Binaries, data: string, runAs: RunAs, options: ClusterOptions): Promise<Cluster> => {
  const port = options.port ?? (await choosePort(data));
  const logFile = `${data}.log`;
  const log = await open(logFile, 'w');
  const args = ['-D', data, '-p', String(port), ...asArguments(options.settings)];
  const child = await startProgram(binaries.postgres, args, {
    ...runAs,
    env: bareEnvironment(),
    cwd: path.dirname(binaries.postgres),
    stdio: ['ignore', log.fd, log.fd],
    // Its own session: Ctrl-C in the terminal must reach the launcher only, which stops the database last.
    detached: true,
  }).finally(() => log.close());
  const exited = once(child, 'exit').then(() => undefined);
  const superuserUrl = databaseUrl({ role: 'postgres', password: options.password, port, database: 'postgres' });
  try {
    await Promise.race([waitUntilReady(superuserUrl, exited), exited]);
    if (hasEnded(child))
      throw new Error(`PostgreSQL ended with ${endOf(child)}. Its log:\n${await lastLines(logFile)}`);
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

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

const endOf = ({ exitCode, signalCode }: ChildProcess): string =>
  exitCode === null ? `signal ${signalCode}` : `code ${exitCode}`;

/** The same port as last time where possible: an address noted in a database tool stays good. */
const choosePort = async (data: string): Promise<number> => {
  const last = Number(await readFile(path.join(data, 'agora.port'), 'utf8').catch(() => ''));
  return last > 0 && (await isPortFree(last)) ? last : freePort();
};

const lastLines = async (file: string): Promise<string> =>
  (await readFile(file, 'utf8')).trim().split('\n').slice(-10).join('\n');

// After a crash PostgreSQL replays its log before it accepts connections. Five minutes: more means that something is wrong.
const readyDeadlineMs = 5 * 60_000;

/** Waits until the server accepts a login. Gives up at once when the login is refused or the server has ended. */
const waitUntilReady = async (url: string, exited: Promise<void>): Promise<void> => {
  let gone = false;
  void exited.then(() => {
    gone = true;
  });
  const deadline = Date.now() + readyDeadlineMs;
  for (;;) {
    const fault = await withClient(url, async () => undefined).catch((reason: NodeJS.ErrnoException) => reason);
    if (fault === undefined || gone) return;
    if (!isStarting(fault))
      throw new Error(`PostgreSQL is up but refuses our login: ${fault.message}`, { cause: fault });
    if (Date.now() > deadline) throw new Error('PostgreSQL did not become ready within five minutes', { cause: fault });
    await sleep(20);
  }
};

/** 57P03: "the database system is starting up". */
const isStarting = ({ code }: NodeJS.ErrnoException): boolean =>
  ['ECONNREFUSED', 'ECONNRESET', '57P03'].includes(code ?? '');
