/** npm run docs:states: writes docs/states.md from the tables that the services work by; `--check` only looks whether it is current. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { statesDocument } from './state-diagrams/document.ts';

const file = path.resolve(import.meta.dirname, '../docs/states.md');

/** True when the document agrees with the tables. */
export const isCurrent = async (): Promise<boolean> =>
  existsSync(file) && (await readFile(file, 'utf8')) === statesDocument();

if (import.meta.main) {
  const current = await isCurrent();
  if (current) console.log('docs/states.md is current');
  else if (process.argv.includes('--check')) {
    console.log('docs/states.md does not agree with the tables: npm run docs:states');
    process.exitCode = 1;
  } else {
    await writeFile(file, statesDocument());
    console.log('wrote docs/states.md');
  }
}
