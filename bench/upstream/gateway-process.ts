/** A real gateway process over a graph of the caller's own, with nothing between the client and the way to the subgraphs. */
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '#launcher/processes/ports.ts';
import { startProgram } from '#launcher/processes/processes.ts';
import { beforeExit } from '#platform/process/termination.ts';

export interface GatewayProcess {
  readonly url: string;
  /** False once it has ended, whyever. */
  readonly isAlive: () => boolean;
  /** What a metric of it says now, summed over its labels; or over those lines that have a text such as `outcome="hit"`. */
  metric(name: string, label?: string): Promise<number>;
  stop(): Promise<void>;
}

const startsWithinMs = 60_000;

// What Node 24 gives itself in a container of 384 MiB, young and old together: little more than the gateway needs. What it
// leaks ends it, instead of hiding among what is not collected yet. Compose gives it 768 MiB, where Node takes more for
// itself (how much has not been measured): what holds with this heap holds there.
const heapMib = 259;

export const startGateway = async (env: Readonly<Record<string, string>>): Promise<GatewayProcess> => {
  const port = await freePort();
  const main = path.resolve(import.meta.dirname, '../../gateway/main.ts');
  const { PATH, HOME } = process.env;
  const child = await startProgram(process.execPath, [`--max-heap-size=${heapMib}`, main], {
    env: { PATH, HOME, PORT: String(port), ...unhindered, ...env },
    // The channel is never spoken on. It closes when we die, however we die, and that ends the gateway.
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const base = `http://127.0.0.1:${port}`;
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  const stop = async () => {
    forget();
    if (!isAlive()) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  const forget = beforeExit(() => stop());
  const givesUpAt = Date.now() + startsWithinMs;
  while (!(await isReady(base))) {
    if (!isAlive()) throw new Error('the gateway did not start; its own words are above');
    if (Date.now() > givesUpAt) {
      await stop();
      throw new Error(`the gateway was not ready within ${startsWithinMs} ms`);
    }
    await sleep(50);
  }
  return {
    url: `${base}/graphql`,
    isAlive,
    stop,
    metric: async (name, label = '') => {
      const text = await (await fetch(`${base}/metrics`)).text();
      const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
      return lines
        .filter((line) => line.includes(label))
        .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
    },
  };
};

/** One client with the appetite of a thousand: limits on a single one would be measured in place of the subgraphs. */
const unhindered = {
  LOG_LEVEL: 'error',
  AUTHENTICATION: 'off',
  RATE_LIMITS: 'off',
  SUBGRAPH_VIEWER_CONCURRENCY: '256',
  SUBGRAPH_VIEWER_QUEUE: '1000',
  RESPONSE_CACHE: 'off',
  SHED_EVENT_LOOP_DELAY_MS: '0',
};

const isReady = async (base: string): Promise<boolean> => {
  try {
    return (await fetch(`${base}/health/ready`)).ok;
  } catch {
    return false;
  }
};
