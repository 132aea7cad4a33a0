/** Whole systems for tests: the launcher's own, on free ports, with a data folder of their own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { auditAtRest } from '../../scripts/audit/audit.ts';
import { type Agora, startAgora } from '../../scripts/launcher/agora.ts';
import { runSeed } from '../../scripts/launcher/seed.ts';

export interface TestAgora extends Agora {
  readonly gateway: string;
  /** The newest lines that the services printed: shown when a test fails. */
  readonly lastLines: () => string;
}

// The newest lines are enough to see why something failed, and a long test prints a great many.
const keptLines = 400;

export interface TestAgoraOptions {
  readonly events: 'postgres' | 'redis';
  readonly env?: Readonly<Record<string, string>>;
}

export const startTestAgora = async ({ events, env = {} }: TestAgoraOptions): Promise<TestAgora> => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'agora-test-'));
  const lines: string[] = [];
  const lastLines = () => lines.join('\n');
  const onLine = (source: string, line: string) => {
    lines.push(`${source}: ${line}`);
    if (lines.length > keptLines) lines.shift();
  };
  // Only what a bare machine has, and what the test says: no variable of whoever runs the tests.
  const { PATH, HOME, TMPDIR } = process.env;
  const inherited = Object.fromEntries(
    Object.entries({ PATH, HOME, TMPDIR }).filter(([, value]) => value !== undefined),
  );
  try {
    const agora = await startAgora({ dataDir, ports: 'free', events, env: { ...inherited, ...env }, onLine });
    await runSeed({ root: path.resolve(import.meta.dirname, '../..'), environment: agora.environment, onLine });
    // Until the order subgraph has heard of the whole catalogue.
    await auditAtRest(agora.databaseUrls, 30_000);
    const stop: Agora['stop'] = async (how) => {
      await agora.stop(how);
      await rm(dataDir, { recursive: true, force: true });
    };
    return { ...agora, stop, lastLines, gateway: `${agora.urls.gateway}/graphql` };
  } catch (error) {
    throw new Error(`the system did not start:\n${lastLines()}`, { cause: error });
  }
};
