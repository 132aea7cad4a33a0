import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { auditAtRest } from '#ops/audit/audit.ts';
import { beforeExit } from '#platform/process/termination.ts';
import { type Agora, type AgoraOptions, startAgora } from './agora.ts';
import { ownedFolder } from './postgres/temporary.ts';
import { processList } from './processes/leftovers.ts';
import { runSeed } from './run-seed.ts';

export interface TemporaryShop extends Agora {
  readonly gateway: string;
  readonly dataDir: string;
  /** The newest lines that the services printed, for when something went wrong. */
  readonly lastLines: (count?: number) => string;
}

// The newest lines are enough to see why something failed, and a long run prints a great many.
const keptLines = 400;

// The seed's 224 products take a second or two to reach the order subgraph; a busy machine takes its time.
const catalogueWithinMs = 60_000;

/**
 * A whole system on free ports with a data folder of its own, seeded and ready to sell: for the demo, benchmarks and
 * tests, which buy as its demo customers, so the profile is always development. `stop` also removes the folder unless `keep` is set, and so does a termination signal. Throws with the services' last lines.
 */
export const openTemporaryShop = async (
  options: Pick<AgoraOptions, 'events' | 'env' | 'signal'> & { readonly keep?: boolean } = {},
): Promise<TemporaryShop> => {
  const { keep = false, ...start } = options;
  const dataDir = await (keep
    ? mkdtemp(path.join(tmpdir(), 'agora-kept-'))
    : ownedFolder('agora-shop', (folder) => processList(folder).endLeftovers()));
  const lines: string[] = [];
  const onLine = (source: string, line: string) => {
    lines.push(`${source}: ${line}`);
    if (lines.length > keptLines) lines.shift();
  };
  const lastLines = (count = keptLines) => lines.slice(-count).join('\n');
  const ending = new AbortController();
  const signal = AbortSignal.any([ending.signal, ...(start.signal ? [start.signal] : [])]);
  const starting = startAgora({
    ...start,
    env: { ...(start.env ?? process.env), PROFILE: 'development' },
    signal,
    dataDir,
    ports: 'free',
    onLine,
  });
  const stop: Agora['stop'] = async (how) => {
    ending.abort(new Error('interrupted'));
    const agora = await starting.catch(() => undefined);
    await agora?.stop(how);
    if (!keep) await rm(dataDir, { recursive: true, force: true, maxRetries: 3 });
  };
  const forget = beforeExit(() => stop({ atOnce: true }));
  try {
    const agora = await starting;
    if (agora.notReady.length > 0) throw new Error(`not ready: ${agora.notReady.join(', ')}`);
    await runSeed({ root: path.resolve(import.meta.dirname, '..'), environment: agora.environment, onLine });
    // The order subgraph hears of the catalogue by messages; a customer who is quicker than those finds nothing to add.
    await auditAtRest(agora.databaseUrls, catalogueWithinMs);
    const stopOnce: Agora['stop'] = (how) => stop(how).finally(forget);
    return { ...agora, stop: stopOnce, dataDir, lastLines, gateway: `${agora.urls.gateway}/graphql` };
  } catch (error) {
    await stop({ atOnce: true }).finally(forget);
    throw new Error(`${error instanceof Error ? error.message : error}\n${lastLines(40)}`, { cause: error });
  }
};
