import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = async (...args: string[]) => {
  const program = path.join(import.meta.dirname, 'mails.ts');
  const ended = promisify(execFile)(process.execPath, [program, ...args], { timeout: 20_000 });
  return ended.then(
    ({ stdout }) => ({ code: 0, output: stdout }),
    ({ code, stderr }) => ({ code, output: stderr as string }),
  );
};

test('prints a mail, or writes all of them to look at', async () => {
  const one = await run('preview', '--kind', 'RESET_PASSWORD', '--locale', 'en', '--shop', 'https://my.shop');
  expect(one.code).toBe(0);
  expect(one.output).toContain('https://my.shop/reset-password?token=');
  expect(one.output).not.toContain('안녕하세요');
  const folder = await mkdtemp(path.join(tmpdir(), 'agora-mails-'));
  expect((await run('preview', '--to', path.join(folder, 'of/today'))).code).toBe(0);
  const files = await readdir(path.join(folder, 'of/today'));
  expect(files).toEqual(expect.arrayContaining(['order-confirmed.ko.html', 'order-confirmed.en.txt']));
  await rm(folder, { recursive: true });
});

test.each([
  [[], 1, 'usage:'],
  [['--help'], 0, 'usage:'],
  [['send'], 1, 'usage:'],
  [['preview', '--kind', 'LOVE_LETTER'], 1, 'WELCOME'],
  [['preview', '--locale', 'xx'], 1, 'en, ko'],
  [['preview', '--nonsense'], 1, 'nonsense'],
  // Where nobody can make a folder; Node's own recursive mkdir would try for ever.
  [['preview', '--to', '/proc/x/y'], 1, '--to /proc/x/y: cannot make this folder'],
  [['preview', '--to', '/dev/null/x'], 1, '--to /dev/null/x: cannot make this folder'],
])('%j ends with %i', async (args, code, words) => {
  const result = await run(...args);
  expect(result.code).toBe(code);
  expect(result.output).toContain(words);
});
