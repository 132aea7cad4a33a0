/**
 * npm run docs:degraded: writes docs/degraded-mode.md, what each published operation still answers while a subgraph is
 * away; `--check` only looks whether it is current.
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { subgraphSources } from './compose.ts';
import { degradedDocument } from './degraded/document.ts';
import { degradedTable, publishedOperations } from './degraded/table.ts';

const file = path.resolve(import.meta.dirname, '../docs/degraded-mode.md');

/** True when the page says what the operations and the SDLs come to. */
export const isCurrent = async (): Promise<boolean> =>
  existsSync(file) && (await readFile(file, 'utf8')) === (await currentDocument());

const currentDocument = async (): Promise<string> =>
  degradedDocument(await degradedTable(subgraphSources(), publishedOperations()));

if (import.meta.main) {
  if (process.argv.includes('--help')) console.log('usage: npm run docs:degraded [-- --check]');
  else if (await isCurrent()) console.log('docs/degraded-mode.md is current');
  else if (process.argv.includes('--check')) {
    console.log('docs/degraded-mode.md is not current: npm run docs:degraded');
    process.exitCode = 1;
  } else {
    await writeFile(file, await currentDocument());
    console.log('wrote docs/degraded-mode.md');
  }
}
