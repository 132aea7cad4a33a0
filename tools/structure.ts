/** `npm run structure`: how large the house is, room by room. See `help`. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import ts from 'typescript';
import { filesOfPurchase } from './structure/purchase.ts';

const help = `usage: npm run structure [-- --of <checkout>] [--purchase] [--list]
  Lines and files of TypeScript per room, tests apart, and the files that could stand in another: 20 lines or fewer, one importer.
  --of <checkout>   of another checkout of this repository, such as a worktree of an earlier commit (default: this one)
  --purchase        starts that checkout, buys once, and counts the source files in which something ran for it
  --list            names the files, not only how many`;

interface Source {
  readonly file: string;
  readonly lines: number;
  readonly isTest: boolean;
  readonly imports: readonly string[];
}

const read = (root: string, file: string, imports: Readonly<Record<string, string>>): Source => {
  const text = readFileSync(path.join(root, file), 'utf8');
  const target = (specifier: string): string[] => {
    if (specifier.startsWith('.')) return [path.join(path.dirname(file), specifier)];
    const alias = Object.keys(imports).find((key) => specifier.startsWith(key.slice(0, -1)));
    return alias ? [path.normalize((imports[alias] ?? '').replace('*', specifier.slice(alias.length - 1)))] : [];
  };
  return {
    file,
    lines: text.split('\n').length - 1,
    isTest: /^tests\/|\.test\.ts$|\.fixture\.ts$|\.suite\.ts$/.test(file),
    imports: ts.preProcessFile(text).importedFiles.flatMap(({ fileName }) => target(fileName)),
  };
};

const sourcesOf = (root: string): Source[] => {
  const { imports = {} } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const tracked = execFileSync('git', ['-C', root, 'ls-files', '*.ts', '*.tsx', '*.mjs'], { encoding: 'utf8' });
  return tracked
    .trim()
    .split('\n')
    .map((file) => read(root, file, imports));
};

const sum = (sources: readonly Source[]): number => sources.reduce((total, { lines }) => total + lines, 0);
const roomOf = ({ file }: Source): string => (file.includes('/') ? (file.split('/')[0] ?? '') : '(root)');
const column = (value: string | number): string => String(value).padStart(9);

const printRooms = (sources: readonly Source[]): void => {
  const row = (name: string, of: readonly Source[]): void => {
    const tests = of.filter(({ isTest }) => isTest);
    const own = of.filter(({ isTest }) => !isTest);
    console.log(name.padEnd(12) + [own.length, sum(own), tests.length, sum(tests)].map(column).join(''));
  };
  console.log(`${'room'.padEnd(12)}${['files', 'lines', 'tests', 'lines'].map(column).join('')}`);
  for (const [room, of] of Map.groupBy(sources, roomOf)) row(room, of ?? []);
  row('all', sources);
};

/** Entry points have no importer, so a file with exactly one is never one of them. */
const smallWithOneImporter = (sources: readonly Source[]): Source[] => {
  const own = sources.filter(({ isTest }) => !isTest);
  const importers = Map.groupBy(
    own.flatMap(({ file, imports }) => [...new Set(imports)].map((to) => ({ from: file, to }))),
    ({ to }) => to,
  );
  return own.filter(({ file, lines }) => lines <= 20 && importers.get(file)?.length === 1);
};

const run = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      of: { type: 'string', default: path.resolve(import.meta.dirname, '..') },
      purchase: { type: 'boolean' },
      list: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(help);
  const root = path.resolve(values.of);
  const sources = sourcesOf(root);
  printRooms(sources);
  const small = smallWithOneImporter(sources);
  console.log(`\n${small.length} files of 20 lines or fewer have exactly one importer`);
  if (values.list) for (const { file, lines } of small) console.log(`  ${file} (${lines})`);
  if (!values.purchase) return;
  const entered = await filesOfPurchase(root);
  console.log(`\na purchase enters ${entered.length} files`);
  for (const [room, files = []] of Map.groupBy(entered, (file) =>
    file
      .split('/')
      .slice(0, file.startsWith('subgraphs/') ? 2 : 1)
      .join('/'),
  ))
    console.log(`  ${room}: ${files.length}${values.list ? `\n    ${files.join('\n    ')}` : ''}`);
};

try {
  await run();
} catch (fault) {
  console.error((fault as Error).message);
  process.exitCode = 1;
}
