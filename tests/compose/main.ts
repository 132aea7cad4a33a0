/** Tests the shop in containers, on a real Docker engine. See `usage`. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { terminationSignal } from '#platform/process/termination.ts';
import { cloneStack, type Stack } from './stack.ts';
import type { Context, Step } from './step.ts';
import { backup } from './steps/backup.ts';
import { buy } from './steps/buy.ts';
import { catalogue } from './steps/catalogue.ts';
import { edge } from './steps/edge.ts';
import { hostPorts, isolation, secretsHidden } from './steps/isolation.ts';
import { kills } from './steps/kills.ts';
import { idle, scaled } from './steps/scaled.ts';
import { build, restart, start } from './steps/start.ts';

const usage = `usage: tests/compose/run [--orders N] [--without STEP,STEP] [--keep]
  Clones the committed state, starts it with docker compose, and tests what an operator relies on: a purchase, isolation,
  crash recovery, a restart, scaling, the edge, backup and restore. Needs a Docker engine with Compose, the base images
  (nothing is pulled) and about ten minutes. Exit code 1 on failure, with the last log lines of the containers.
  --orders N       number of orders bought from the scaled shop (500)
  --without STEPS  skips some of: catalogue, isolation, host-ports, secrets, idle, kills, restart, scaled, edge, backup
  --keep           leaves the shop running`;

const steps: Readonly<Record<string, Step>> = {
  build,
  start,
  buy,
  catalogue,
  isolation,
  'host-ports': hostPorts,
  secrets: secretsHidden,
  idle,
  kills,
  restart,
  scaled,
  edge,
  backup,
};
const required = ['build', 'start', 'buy'];

const project = 'agora-compose-test';

const runSteps = async (context: Context, without: readonly string[]): Promise<void> => {
  for (const [name, step] of Object.entries(steps)) {
    if (without.includes(name)) continue;
    const began = performance.now();
    try {
      await step.run(context);
    } catch (error) {
      console.log(`✗ ${step.name}`);
      throw error;
    }
    console.log(`✓ ${step.name} (${((performance.now() - began) / 1_000).toFixed(0)} s)`);
  }
};

/** Returns the exit code. */
const run = async (orders: number, without: readonly string[], keep: boolean, signal: AbortSignal): Promise<number> => {
  const stack = await cloneStack(path.resolve(import.meta.dirname, '../..'), project);
  const context: Context = { stack, orders, log: (line) => console.log(`    ${line}`), gateway: '' };
  const interrupted = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  try {
    await Promise.race([runSteps(context, without), interrupted]);
    return 0;
  } catch (error) {
    if (signal.aborted) return 130;
    console.error(error instanceof Error ? error.message : error);
    console.error(await lastLogLines(stack));
    return 1;
  } finally {
    if (keep)
      console.log(`The shop keeps running: cd ${stack.folder}; COMPOSE_PROJECT_NAME=${project} docker compose ps`);
    else await stack.remove();
  }
};

const lastLogLines = (stack: Stack): Promise<string> =>
  stack.compose('logs', '--no-color', '--tail', '15').catch((error: Error) => error.message);

const { values } = parseArgs({
  options: {
    orders: { type: 'string', default: '500' },
    without: { type: 'string', default: '' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h' },
  },
});
const without = values.without.split(',').filter(Boolean);
const unknown = without.filter((name) => !(name in steps) || required.includes(name));
const orders = Number(values.orders);
if (values.help) {
  console.log(usage);
} else if (unknown.length > 0 || !Number.isInteger(orders) || orders < 1) {
  console.error(
    unknown.length > 0 ? `--without ${unknown}: one of ${Object.keys(steps)}` : '--orders: a number greater than 0',
  );
  process.exitCode = 2;
} else {
  process.exit(await run(orders, without, values.keep, terminationSignal('\nRemoving the shop …')));
}
