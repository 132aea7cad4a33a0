import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reachableFor } from './account.ts';
import { copyFor, withInitdb } from './binaries.ts';

const stranger = { uid: 65534, gid: 65534 };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'binaries-'));
  await chmod(folder, 0o755);
});

afterEach(() => rm(folder, { recursive: true }));

/** As npm installs it under `umask 077`. */
const closedPackage = async (name: string): Promise<string> => {
  const root = path.join(folder, name);
  await mkdir(path.join(root, 'native/bin'), { recursive: true });
  await writeFile(path.join(root, 'native/bin/initdb'), 'initdb');
  await chmod(path.join(root, 'native/bin/initdb'), 0o700);
  for (const closed of ['native/bin', 'native', '.']) await chmod(path.join(root, closed), 0o700);
  return root;
};

describe('copyFor', () => {
  const mode = async (file: string): Promise<number> => (await stat(file)).mode & 0o777;

  it('makes a copy that the database account can run, of a package that only root can read', async () => {
    const root = await closedPackage('package');
    const { initdb } = await copyFor(stranger, { root, version: '1' }, folder);
    expect(reachableFor(stranger, initdb)).toBe(true);
    expect(await mode(initdb)).toBe(0o755);
  });

  it('opens a copy that was left closed', async () => {
    const root = await closedPackage('package');
    await closedPackage('postgresql-1');
    const { initdb } = await copyFor(stranger, { root, version: '1' }, folder);
    expect(reachableFor(stranger, initdb)).toBe(true);
    expect(await mode(initdb)).toBe(0o755);
  });
});

describe.skipIf(process.platform === 'win32')('withInitdb', () => {
  it.each(['$HOME', '`id`', 'a"b'])(
    'runs it from elsewhere when a shell would read its path otherwise: %s',
    async (name) => {
      const initdb = path.join(await closedPackage(name), 'native/bin/initdb');
      let used = '';
      await withInitdb({ initdb, postgres: '' }, async (runnable) => {
        used = runnable;
        expect(await readFile(runnable, 'utf8')).toBe('initdb');
        expect(reachableFor(stranger, runnable)).toBe(true);
      });
      expect(used).not.toContain(name);
      await expect(stat(used)).rejects.toThrow('ENOENT');
    },
  );

  it('runs it where it is otherwise, spaces and all', async () => {
    const initdb = path.join(await closedPackage('a b'), 'native/bin/initdb');
    await withInitdb({ initdb, postgres: '' }, async (runnable) => expect(runnable).toBe(initdb));
  });
});
