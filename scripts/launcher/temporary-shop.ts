import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { auditAtRest } from '../audit/audit.ts';
import { type Agora, type AgoraOptions, startAgora } from './agora.ts';
import { runSeed } from './seed.ts';

export interface TemporaryShop extends Agora {
  readonly gateway: string;
  readonly dataDir: string;
  /** The newest lines that the services printed, for when something went wrong. */
  readonly lastLines: (count?: number) => string;
}

// The newest lines are enough to see why something failed, and a long run prints a great many.
const keptLines = 400;

// The seed's 213 products take a second or two to reach the order subgraph; a busy machine takes its time.
const catalogueWithinMs = 60_000;

/**
 * A whole system on free ports with a data folder of its own, seeded and ready to sell: for the demo, benchmarks and
 * tests. `stop` removes the folder too, unless told to `keep` it. Throws with the services' last lines.
 */
export const openTemporaryShop = async (
  options: Pick<AgoraOptions, 'events' | 'env' | 'signal'> & { readonly keep?: boolean } = {},
): Promise<TemporaryShop> => {
  const { keep = false, ...start } = options;
  const dataDir = await mkdtemp(path.join(tmpdir(), 'agora-shop-'));
  const lines: string[] = [];
  const onLine = (source: string, line: string) => {
    lines.push(`${source}: ${line}`);
    if (lines.length > keptLines) lines.shift();
  };
  const lastLines = (count = keptLines) => lines.slice(-count).join('\n');
  const cleanUp = () => (keep ? Promise.resolve() : rm(dataDir, { recursive: true, force: true }));
  let agora: Agora | undefined;
  try {
    agora = await startAgora({ ...start, dataDir, ports: 'free', onLine });
    if (agora.notReady.length > 0) throw new Error(`not ready: ${agora.notReady.join(', ')}`);
    await runSeed({ root: path.resolve(import.meta.dirname, '../..'), environment: agora.environment, onLine });
    // The order subgraph hears of the catalogue by messages; a customer who is quicker than those finds nothing to add.
    await auditAtRest(agora.databaseUrls, catalogueWithinMs);
  } catch (error) {
    await agora?.stop({ atOnce: true });
    await cleanUp();
    throw new Error(`${error instanceof Error ? error.message : error}\n${lastLines(40)}`, { cause: error });
  }
  const running = agora;
  const stop: Agora['stop'] = async (how) => {
    await running.stop(how);
    await cleanUp();
  };
  return { ...running, stop, dataDir, lastLines, gateway: `${running.urls.gateway}/graphql` };
};
