/**
 * `npm run mutants`: changes the domain of a subgraph in one place at a time, and says which changes its own unit tests do not
 * notice. Stryker does it, on a copy of the sources without their types: with types it leaves out what is `as const`, and that
 * is where our tables of states are.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import os, { availableParallelism } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { beforeExit } from '#platform/process/termination.ts';

const help = `usage: npm run mutants [-- options] [SUBGRAPH …]
  SUBGRAPH      payment and order unless named
  --at-once N   how many mutants are tried at the same time (the number of cores)
  --only TEXT   only the files whose path has this in it; may be given more than once
  Installs Stryker under tools/mutants the first time. Prints its progress, then the survivors and a table.
  A change that no test can notice is left out by a comment beside it: // Stryker disable next-line all: <the reason>
  exit code: 0 none survived, 1 some did, 2 wrong arguments or not run, 130 interrupted`;

const root = path.resolve(import.meta.dirname, '..');
const home = path.join(import.meta.dirname, 'mutants');
// What a domain and its unit tests import.
const rooms = ['contracts', 'platform', 'subgraphs', 'tests/kit', 'package.json'];

const run = async (command: string, args: readonly string[], cwd: string): Promise<number> => {
  const child = spawn(command, args, { cwd, stdio: 'inherit' });
  const forget = beforeExit(async () => {
    child.kill('SIGTERM');
    await once(child, 'close');
  });
  const [code] = await once(child, 'close');
  forget();
  return code ?? 1;
};

const installStryker = async (): Promise<void> => {
  const args = ['ci', '--prefix', home, '--no-audit', '--no-fund', '--loglevel', 'error'];
  if ((await readdir(home)).includes('node_modules')) return;
  console.error('Installing Stryker under tools/mutants');
  if ((await run('npm', args, root)) !== 0) throw new Error('Stryker could not be installed');
};

const isMutated = (file: string, only: readonly string[]): boolean =>
  file.endsWith('.ts') &&
  !/\.(test|fixture|generated)\.ts$|customer-texts\.ts$/.test(file) &&
  (only.length === 0 || only.some((text) => file.includes(text)));

/** A copy of the rooms, in which the domain's files have no types any more; every character keeps its place. */
const copySources = async (to: string, domains: readonly string[], only: readonly string[]): Promise<string[]> => {
  for (const room of rooms) await cp(path.join(root, room), path.join(to, room), { recursive: true });
  await symlink(path.join(root, 'node_modules'), path.join(to, 'node_modules'));
  await mkdir(path.join(to, 'prisma'));
  for (const name of await readdir(path.join(root, 'prisma')))
    await symlink(path.join(root, 'prisma', name), path.join(to, 'prisma', name));
  const mutated: string[] = [];
  for (const domain of domains)
    for (const name of await readdir(path.join(to, domain), { recursive: true })) {
      const file = path.join(domain, name);
      if (!isMutated(file, only)) continue;
      const source = await readFile(path.join(to, file), 'utf8');
      await writeFile(path.join(to, file), stripTypeScriptTypes(source, { mode: 'strip' }));
      mutated.push(file);
    }
  return mutated;
};

const vitestConfig = (domains: readonly string[]) => `
export default {
  test: {
    include: ${JSON.stringify(domains.map((domain) => `${domain}/**/*.test.ts`))},
    exclude: ['**/*.db.test.ts'],
    testTimeout: 60_000,
    setupFiles: ['properties.mjs'],
  },
};
`;

// The same cases each time, so that the same mutants survive; and none made smaller, which takes longer than finding it.
const propertiesSetup = `
import fc from 'fast-check';
fc.configureGlobal({ seed: 1, endOnFailure: true });
`;

const strykerConfig = (mutated: readonly string[], atOnce: number) => ({
  testRunner: 'vitest',
  plugins: [
    path.join(home, 'node_modules/@stryker-mutator/vitest-runner/dist/src/index.js'),
    path.join(home, 'texts.mjs'),
  ],
  vitest: { configFile: 'vitest.config.mjs', related: false },
  mutate: mutated,
  ignorers: ['texts'],
  coverageAnalysis: 'perTest',
  concurrency: atOnce,
  // 30 s beyond what the tests took: a mutant that never ends is noticed, and one that only waits for a busy core is not.
  timeoutMS: 30_000,
  // The tests without a mutant; on busy cores more than Stryker's own 5.
  dryRunTimeoutMinutes: 30,
  inPlace: true,
  // The copy is ours already, and has no types where it matters.
  disableTypeChecks: false,
  reporters: ['clear-text', 'progress-append-only'],
  clearTextReporter: { allowColor: false, allowEmojis: false, reportTests: false, reportScoreTable: true },
  thresholds: { high: 100, low: 100, break: 100 },
});

const mutate = async (subgraphs: readonly string[], atOnce: number, only: readonly string[]): Promise<number> => {
  await installStryker();
  const copy = await mkdtemp(path.join(os.tmpdir(), 'agora-mutants-'));
  const forget = beforeExit(() => rm(copy, { recursive: true, force: true }));
  try {
    const domains = subgraphs.map((name) => `subgraphs/${name}/domain`);
    const mutated = await copySources(copy, domains, only);
    await writeFile(path.join(copy, 'vitest.config.mjs'), vitestConfig(domains));
    await writeFile(path.join(copy, 'properties.mjs'), propertiesSetup);
    await writeFile(path.join(copy, 'stryker.json'), JSON.stringify(strykerConfig(mutated, atOnce)));
    const stryker = path.join(home, 'node_modules/@stryker-mutator/core/bin/stryker.js');
    return await run(process.execPath, [stryker, 'run', 'stryker.json'], copy);
  } finally {
    await rm(copy, { recursive: true, force: true });
    forget();
  }
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'at-once': { type: 'string', default: String(availableParallelism()) },
    only: { type: 'string', multiple: true, default: [] },
    help: { type: 'boolean', short: 'h' },
  },
});
const subgraphs = positionals.length > 0 ? positionals : ['payment', 'order'];
const known = await readdir(path.join(root, 'subgraphs'));
const unknown = subgraphs.filter((name) => !known.includes(name));
const atOnce = Number(values['at-once']);
if (values.help) console.log(help);
else if (unknown.length > 0 || !(Number.isInteger(atOnce) && atOnce > 0)) {
  console.error(unknown.length > 0 ? `There is no subgraph ${unknown.join(', ')}` : '--at-once takes a number from 1');
  process.exitCode = 2;
} else
  process.exitCode = await mutate(subgraphs, atOnce, values.only).catch((error: Error) => {
    console.error(`Not run: ${error.message}`);
    return 2;
  });
