import { type DocumentNode, print } from 'graphql';
import { Pool } from 'undici';
import type { GatewayProcess } from '../upstream/gateway-process.ts';

export interface Page {
  readonly name: string;
  readonly document: DocumentNode;
  readonly variables: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What one round showed. */
export interface Round {
  readonly perSecond: number;
  /** Of the gateway, for each request. */
  readonly cpuMs: number;
  readonly p50Ms: number;
}

// A few requests before each round: plans, connections and caches are there when the clock starts.
const warmUp = 20;

/** Clients that each ask for the page as soon as they have the last answer. Throws when one is not what it should be. */
export const loadOf = async (
  gateway: GatewayProcess,
  { document, variables, headers, name }: Page,
  { seconds, clients }: { readonly seconds: number; readonly clients: number },
): Promise<Round> => {
  const { origin, pathname } = new URL(gateway.url);
  const pool = new Pool(origin, { connections: clients });
  const body = JSON.stringify({ query: print(document), variables });
  const ask = async () => {
    const response = await pool.request({
      method: 'POST',
      path: pathname,
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    const text = await response.body.text();
    if (response.statusCode !== 200 || text.includes('"errors"')) throw new Error(`${name}: ${text.slice(0, 300)}`);
  };
  try {
    for (let n = 0; n < warmUp; n++) await ask();
    const cpuBefore = await gateway.metric('process_cpu_seconds_total');
    const times: number[] = [];
    const begun = performance.now();
    const until = begun + seconds * 1_000;
    const client = async () => {
      while (performance.now() < until) {
        const start = performance.now();
        await ask();
        times.push(performance.now() - start);
      }
    };
    await Promise.all(Array.from({ length: clients }, client));
    const elapsed = (performance.now() - begun) / 1_000;
    const cpu = (await gateway.metric('process_cpu_seconds_total')) - cpuBefore;
    return {
      perSecond: times.length / elapsed,
      cpuMs: (cpu * 1_000) / times.length,
      p50Ms: times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN,
    };
  } finally {
    await pool.close();
  }
};
