/** Clients that ask for the whole graph, one request after the other, and note what they get. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type SubgraphName, subgraphNames } from '#ops/services.ts';

/** How an answer came: all there; a part missing that was asked for; a part missing that was not even asked for. */
export type Kind = 'well' | 'failing' | 'open';

export interface Observed {
  readonly kind: Kind;
  readonly ms: number;
}

export interface Load {
  /** What has been observed since it was last taken. */
  take(): Observed[];
  /** Answers that lacked more than the part of the subgraph that is meant to fail. */
  readonly broken: () => readonly string[];
  stop(): Promise<void>;
}

const query = `{ ${subgraphNames.join(' ')} }`;

interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

export const startLoad = (url: string, clients: number, victim: () => SubgraphName | undefined): Load => {
  let observed: Observed[] = [];
  const broken: string[] = [];
  let running = true;

  const askOnce = async (): Promise<void> => {
    const begun = performance.now();
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const { data, errors = [] } = (await response.json()) as Answer;
    const ms = performance.now() - begun;
    const missing = subgraphNames.filter((name) => data?.[name] !== 'well');
    if (missing.some((name) => name !== victim())) broken.push(`${response.status} without ${missing.join()}`);
    const isOpen = errors.some(({ extensions }) => extensions?.code === 'SUBGRAPH_CIRCUIT_OPEN');
    observed.push({ kind: missing.length === 0 ? 'well' : isOpen ? 'open' : 'failing', ms });
  };
  const client = async (): Promise<void> => {
    while (running) {
      try {
        await askOnce();
      } catch (error) {
        broken.push(String(error));
      }
      // 20 ms: load enough to fill every layer, and not a measurement of how much this machine can take.
      await sleep(20);
    }
  };
  const all = Array.from({ length: clients }, client);
  return {
    take: () => {
      const taken = observed;
      observed = [];
      return taken;
    },
    broken: () => broken,
    stop: async () => {
      running = false;
      await Promise.all(all);
    },
  };
};
