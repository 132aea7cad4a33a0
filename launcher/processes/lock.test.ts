import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder } from './lock.ts';
import { bornAt } from './processes.ts';

let folder: string;

beforeEach(async () => {
  folder = path.join(await mkdtemp(path.join(os.tmpdir(), 'lock-')), '.data');
});

afterEach(() => rm(path.dirname(folder), { recursive: true }));

const leaveLock = async (text: string): Promise<void> => {
  await (await lockFolder(folder))(); // makes the folder
  await writeFile(path.join(folder, 'launcher.lock'), text);
};

describe('lockFolder', () => {
  it('lets one in, and the next one when the first has left', async () => {
    const leave = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toThrow(`already running on ${folder} (process ${process.pid})`);
    await leave();
    await (await lockFolder(folder))();
  });

  it('lets exactly one in when several come at once', async () => {
    await leaveLock(JSON.stringify({ pid: 999_999_999, born: '1' }));
    const attempts = await Promise.allSettled([1, 2, 3, 4].map(() => lockFolder(folder)));
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('waits for a lock that is being written, and for a takeover that is under way', async () => {
    await leaveLock('');
    await writeFile(path.join(folder, 'launcher.lock.takeover'), '');
    const attempt = lockFolder(folder).catch((fault: Error) => fault.message);
    await writeFile(
      path.join(folder, 'launcher.lock'),
      JSON.stringify({ pid: process.pid, born: bornAt(process.pid) }),
    );
    expect(await attempt).toContain('already running');
  });

  it.each([
    ['a dead process', JSON.stringify({ pid: 999_999_999, born: '1' })],
    [
      'a process whose number another program has by now',
      JSON.stringify({ pid: process.pid, born: `not ${bornAt(process.pid)}` }),
    ],
    ['a writer that was killed in the middle', '{"pid":'],
  ])('takes over the lock of %s', async (_, text) => {
    await leaveLock(text);
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(path.join(folder, 'launcher.lock'), longAgo, longAgo);
    await expect(lockFolder(folder)).resolves.toBeTypeOf('function');
  });
});
