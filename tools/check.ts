/**
 * `npm run check`: what can be checked without running the system, in under a minute.
 * One line a step; a step that fails shows what it printed. Exit code 1 when one failed, after all have run.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { beforeExit } from '#platform/process/termination.ts';

interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const node = (name: string, ...args: string[]): Step => ({ name, command: process.execPath, args });
const tool = (name: string, command: string, ...args: string[]): Step => ({ name, command, args });

const staticSteps: readonly Step[] = [
  tool('types', 'tsc', '--project', '.'),
  tool('format and lint', 'biome', 'ci', '--error-on-warnings', '--colors=off', '.'),
  node('import rule', 'tools/import-rule/check.ts'),
  node('supergraph is current', 'tools/compose.ts', '--check'),
  node('trusted documents are current', 'tools/operations.ts', '--check'),
  node('docs/api.md is current', 'tools/api-docs.ts', '--check'),
  node('schemas and migrations agree', 'tools/db.ts', 'drift'),
  node('deployment agrees with the code', 'tools/deployment.ts'),
];
const unitTests = tool('unit tests', 'vitest', 'run', '--project', 'unit');

const help = `usage: npm run check [-- --static]
  Generated code, format, lint, types, import rule, composition, database drift, deployment and unit tests.
  --static   leaves out the unit tests (npm test runs them itself)`;

const run = ({ command, args }: Step) =>
  new Promise<{ code: number | null; output: string }>((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const forget = beforeExit(async () => {
      child.kill('SIGTERM');
      await once(child, 'close');
    });
    let output = '';
    child.stdout.on('data', (text) => (output += text));
    child.stderr.on('data', (text) => (output += text));
    child.on('error', (error) => resolve({ code: 1, output: String(error) }));
    child.on('close', (code) => {
      forget();
      resolve({ code, output });
    });
  });

const report = async (step: Step): Promise<boolean> => {
  const start = performance.now();
  const { code, output } = await run(step);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${code === 0 ? '✓' : '✗'} ${step.name} (${seconds} s)`);
  if (code !== 0) console.log(output.trim());
  return code === 0;
};

/** Two at a time: the compiler takes as long as all the others together, and a developer's machine has two cores to spare. */
const inPairs = async <T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> => {
  const results: R[] = [];
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) results.push(await work(item));
  };
  await Promise.all([worker(), worker()]);
  return results;
};

const { values } = parseArgs({ options: { static: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });
if (values.help) {
  console.log(help);
} else {
  // Everything after it reads what is generated, so nothing else is worth trying when this fails.
  const generated = await report(node('generated code', 'tools/generate.ts'));
  const steps = generated ? [...staticSteps, ...(values.static ? [] : [unitTests])] : [];
  const passed = await inPairs(steps, report);
  process.exitCode = generated && passed.every(Boolean) ? 0 : 1;
}
