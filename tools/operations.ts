/**
 * `npm run operations`: writes operations/manifest.json, the list of documents that the gateway trusts, from
 * operations/<client>/*.graphql. `--check` writes nothing and fails when the committed file is not what they give now.
 */
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { manifestOf, type OperationsFile } from './operations/manifest.ts';

const root = path.join(import.meta.dirname, '..');
export const manifestFile = path.join(root, 'operations/manifest.json');

/** Every published operation, a folder per client. */
export const operationsFiles = (): OperationsFile[] =>
  globSync('operations/*/**/*.graphql', { cwd: root })
    .toSorted()
    .map((file) => ({
      client: file.split(path.sep)[1] ?? '',
      file,
      text: readFileSync(path.join(root, file), 'utf8'),
    }));

const help = `usage: npm run operations [-- --check]
  Writes operations/manifest.json from operations/<client>/*.graphql.
  --check   writes nothing; exit code 1 when the file is not current`;

if (import.meta.main) {
  const { values } = parseArgs({ options: { check: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });
  if (values.help) console.log(help);
  else process.exitCode = run(values.check ? 'check' : 'write');
}

function run(mode: 'write' | 'check'): 0 | 1 {
  let manifest: string;
  try {
    manifest = `${JSON.stringify(manifestOf(operationsFiles()), null, 2)}\n`;
  } catch (error) {
    console.error((error as Error).message);
    return 1;
  }
  const isCurrent = existsSync(manifestFile) && readFileSync(manifestFile, 'utf8') === manifest;
  if (mode === 'check') {
    console.log(`operations/manifest.json is ${isCurrent ? 'current' : 'not current: run npm run operations'}`);
    return isCurrent ? 0 : 1;
  }
  if (!isCurrent) writeFileSync(manifestFile, manifest);
  console.log(isCurrent ? 'operations/manifest.json was current' : 'wrote operations/manifest.json');
  return 0;
}
