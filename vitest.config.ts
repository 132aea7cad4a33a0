import { availableParallelism } from 'node:os';
import path from 'node:path';
import { defineConfig } from 'vitest/config';
// Under Node 20 dozens of tests would fail, and then the reporter: one sentence instead, however Vitest was started.
import './tools/preflight.mjs';
import { pastProxies } from './launcher/environment.ts';

// Tests ask their own servers on this machine; a proxy that the environment names is for what is outside.
Object.assign(process.env, pastProxies(process.env));

const sources = '{contracts,platform,gateway,subgraphs,simulator,ops,launcher,tools,bench,web,tests/kit}/**';
const needsPostgres = ['tests/kit/postgres/setup.ts'];
const contractChecks = 'tools/contracts/**/*.test.ts';
const second = 1_000;
/** Turns tracing on, for its whole process and for good. */
const changesItsProcess = 'platform/observability/tracing.db.test.ts';
/** Vite would give our files graphql's ES build while packages get its CommonJS build, as Node does: two realms of types. */
const oneGraphql = {
  find: /^graphql$/,
  replacement: path.resolve(import.meta.dirname, 'node_modules/graphql/index.js'),
};

/** The tiers, cheapest first. Each waits for the one before, so that a broken unit is reported before minutes of end-to-end tests. */
export default defineConfig({
  test: {
    reporters: ['default', './tests/kit/vitest/summary-reporter.ts'],
    projects: [
      tier({
        name: 'unit',
        order: 0,
        include: [`${sources}/*.test.ts`],
        exclude: ['**/*.db.test.ts', contractChecks],
        isolate: false,
        pair: true,
        // Property tests of the saga need a second or two of a quiet machine; the rest is for one that is not.
        timeoutMs: 20 * second,
      }),
      tier({
        name: 'db',
        order: 1,
        include: [`${sources}/*.db.test.ts`],
        exclude: [changesItsProcess],
        isolate: false,
        pair: true,
        globalSetup: needsPostgres,
        // Many of these start a PostgreSQL or a whole system of stand-ins, and its disk may be a slow one.
        timeoutMs: 60 * second,
      }),
      tier({
        name: 'process',
        order: 1,
        include: [changesItsProcess],
        pair: true,
        globalSetup: needsPostgres,
        timeoutMs: 60 * second,
      }),
      tier({
        name: 'contract',
        order: 2,
        include: ['tests/contract/**/*.test.ts', contractChecks],
        isolate: false,
        pair: true,
        globalSetup: needsPostgres,
        timeoutMs: 60 * second,
      }),
      // Whole systems on two cores: one file at a time, and patience.
      tier({
        name: 'e2e',
        order: 3,
        include: ['tests/e2e/**/*.test.ts'],
        globalSetup: ['tests/kit/agora/setup.ts'],
        timeoutMs: 120 * second,
        alone: true,
      }),
      // Alone: breakers and time-outs open by time, and a busy machine would look like an outage.
      tier({
        name: 'outages',
        order: 4,
        include: ['tests/faults/outage/*.test.ts'],
        timeoutMs: 240 * second,
        alone: true,
      }),
      // Crashes of whole systems, two at a time: most of this is waiting, and nothing in it is a matter of seconds.
      tier({
        name: 'crashes',
        order: 5,
        include: ['tests/faults/*.test.ts', 'tests/faults/kill/*.test.ts'],
        pair: true,
        timeoutMs: 240 * second,
      }),
    ],
  },
});

type Tier = {
  name: string;
  order: number;
  include: string[];
  exclude?: string[];
  globalSetup?: string[];
  timeoutMs: number;
  /** False: files share their workers, and what one imported is there for the next. Half the time, for tests that keep to themselves. */
  isolate?: boolean;
  /** One file at a time. */
  alone?: boolean;
  /** Two files at a time at least: on two cores Vitest would take one, to be polite to an editor. */
  pair?: boolean;
};

function tier({
  name,
  order,
  include,
  exclude = [],
  globalSetup = [],
  timeoutMs,
  isolate = true,
  alone = false,
  pair = false,
}: Tier) {
  return {
    resolve: { alias: [oneGraphql] },
    test: {
      name,
      include,
      exclude: ['**/node_modules/**', ...exclude],
      globalSetup,
      setupFiles: ['tests/kit/vitest/console.ts'],
      sequence: { groupOrder: order },
      testTimeout: timeoutMs,
      hookTimeout: Math.max(timeoutMs, 60 * second),
      // Of what has to happen and takes how long the machine needs; the default is a second.
      expect: { poll: { timeout: timeoutMs / 2 } },
      isolate,
      fileParallelism: !alone,
      ...(pair && { maxWorkers: Math.max(2, availableParallelism() - 1) }),
    },
  };
}
