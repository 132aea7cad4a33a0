/**
 * Loaded into each service by `npm run structure -- --purchase`: on SIGUSR2 it writes which source files had a function
 * called since the last SIGUSR2. Loading a file does not count; running something in it does.
 */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

// In the address of this module, since services see only the variables that they have declared.
const folder = new URL(import.meta.url).searchParams.get('folder');
const [, program = ''] = process.argv;

// Only services: the launcher and the seed are not part of a purchase.
if (folder && path.basename(program) === 'main.ts') {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  let reports = 0;
  process.on('SIGUSR2', async () => {
    const { result } = await session.post('Profiler.takePreciseCoverage');
    const files = result
      .filter(
        ({ url, functions }) => url.startsWith('file:') && functions.some(({ ranges: [range] }) => range.count > 0),
      )
      .map(({ url }) => fileURLToPath(url));
    reports += 1;
    writeFileSync(path.join(folder, `${process.pid}.${reports}.json`), JSON.stringify(files));
  });
  writeFileSync(path.join(folder, `${process.pid}.pid`), program);
}
