import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const manifest = JSON.parse(await readFile(path.join(import.meta.dirname, '../package.json'), 'utf8'));

test('a script of a checkout without packages asks for them', async () => {
  const checkout = await mkdtemp(path.join(os.tmpdir(), 'agora-preflight-'));
  try {
    await mkdir(path.join(checkout, 'tools'));
    await copyFile(path.join(import.meta.dirname, 'preflight.mjs'), path.join(checkout, 'tools/preflight.mjs'));
    await writeFile(path.join(checkout, 'start.ts'), "import 'pino';");
    const run = promisify(execFile)(process.execPath, ['--import', './tools/preflight.mjs', 'start.ts'], {
      cwd: checkout,
    });
    await expect(run).rejects.toMatchObject({ code: 1, stderr: 'The packages are not installed: run npm ci first.\n' });
  } finally {
    await rm(checkout, { recursive: true });
  }
});

test('every script of package.json looks first whether it can run', () => {
  const scripts = Object.entries<string>(manifest.scripts).filter(([, command]) => command.startsWith('node '));
  const unprepared = scripts.filter(
    ([, command]) => !/^node --import \.\/tools\/(preflight|generated)\.mjs /.test(command),
  );
  expect(unprepared).toEqual([]);
  expect(scripts.length).toBeGreaterThan(20);
});

// npm 11 goes by allowScripts; npm 10 runs every install script, and this one reports who installs what.
test('no package reports an install', () => {
  expect(manifest).toMatchObject({ scarfSettings: { enabled: false }, allowScripts: { '@scarf/scarf': false } });
});
