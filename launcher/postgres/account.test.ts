import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeTo, reachableFor } from './account.ts';

const stranger = { uid: 65534, gid: 65534 };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'account-'));
  await mkdir(path.join(folder, 'deep'));
  await chmod(folder, 0o755);
});

afterEach(() => rm(folder, { recursive: true }));

describe('reachableFor', () => {
  it('is true when every folder above lets strangers through, also for a path that does not exist yet', () => {
    expect(reachableFor(stranger, path.join(folder, 'deep/new'))).toBe(true);
  });

  it('is false when a folder above is closed, as the home of root is', async () => {
    await chmod(folder, 0o700);
    expect(reachableFor(stranger, path.join(folder, 'deep'))).toBe(false);
  });

  it.runIf(process.getuid?.() === 0)(
    'is true where the folder is closed to all but the group of the account',
    async () => {
      await closeTo({ uid: 65534, gid: 61000 }, folder);
      expect(reachableFor({ uid: 65534, gid: 61000 }, folder)).toBe(true);
      expect(reachableFor(stranger, folder)).toBe(false);
    },
  );

  it('is always true for the account we already are', async () => {
    await chmod(folder, 0o700);
    expect(reachableFor({}, path.join(folder, 'deep'))).toBe(true);
  });
});
