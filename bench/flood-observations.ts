/** What is seen of a gateway while it is flooded: its memory, and how long others wait. */
import { setTimeout as sleep } from 'node:timers/promises';
import { print } from 'graphql';
import { Pool } from 'undici';
import { BrowseDocument, CartDocument, ProductPageDocument } from '#operations/documents.generated.ts';
import { percentile } from './capacity/meters.ts';
import type { GatewayProcess } from './gateway-process.ts';

export interface Sample {
  readonly phase: string;
  readonly rssMib: number;
}

export interface Waited {
  readonly phase: string;
  readonly ms: number;
  readonly fault: string | undefined;
}

// Others ask a page every 50 ms each: people who click fast, and not a flood of their own.
const othersPauseMs = 50;
const sampleMs = 500;

export const post = async (pool: Pool, body: object, headers: Readonly<Record<string, string>>) => {
  const response = await pool.request({
    method: 'POST',
    path: '/graphql',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.statusCode, text: await response.body.text() };
};

/** Two guests and a customer with a cart, who go on until stopped. */
export const others = (gateway: GatewayProcess, customer: Record<string, string>, phase: () => string) => {
  const pool = new Pool(new URL(gateway.url).origin, { connections: 8 });
  const waited: Waited[] = [];
  let running = true;
  const person = async (body: object, headers: Record<string, string>) => {
    for (; running; await sleep(othersPauseMs)) {
      const begun = performance.now();
      const fault = await post(pool, body, headers).then(
        ({ status, text }) => (status === 200 && !text.includes('"errors"') ? undefined : text.slice(0, 200)),
        String,
      );
      waited.push({ phase: phase(), ms: performance.now() - begun, fault });
    }
  };
  const pages = [
    [{ query: print(BrowseDocument), variables: { first: 20 } }, { 'x-forwarded-for': '192.0.2.1' }],
    [{ query: print(ProductPageDocument), variables: { slug: 'trail-lamp-200' } }, { 'x-forwarded-for': '192.0.2.2' }],
    [{ query: print(CartDocument) }, { ...customer, 'x-forwarded-for': '192.0.2.3' }],
  ] as const;
  const people = pages.map(([body, headers]) => person(body, headers));
  return {
    waited,
    stop: async () => {
      running = false;
      await Promise.all(people);
      await pool.close();
    },
  };
};

export const sampling = (gateway: GatewayProcess, phase: () => string) => {
  const samples: Sample[] = [];
  let running = true;
  const work = (async () => {
    for (; running && gateway.isAlive(); await sleep(sampleMs)) {
      const bytes = await gateway.metric('process_resident_memory_bytes').catch(() => 0);
      if (bytes > 0) samples.push({ phase: phase(), rssMib: bytes / 1_048_576 });
    }
  })();
  return {
    samples,
    stop: async () => {
      running = false;
      await work;
    },
  };
};

// What is promised: nobody else's 95th percentile beyond it.
const othersWaitMs = 500;

// Twelve points of a phase show whether it still rises at its end.
const curve = (samples: readonly Sample[]): number[] =>
  Array.from({ length: Math.min(12, samples.length) }, (_, n) => {
    const [from, to] = [n, n + 1].map((at) => Math.floor((at * samples.length) / Math.min(12, samples.length)));
    return Math.round(Math.max(...samples.slice(from, to).map(({ rssMib }) => rssMib)));
  });

/** Prints a phase. Gives the promises that it broke. */
export const judge = (
  phase: string,
  samples: readonly Sample[],
  waited: readonly Waited[],
  limitMib: number,
): string[] => {
  const rss = curve(samples.filter((each) => each.phase === phase));
  const own = waited.filter((each) => each.phase === phase);
  const times = own.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const faults = own.flatMap(({ fault }) => fault ?? []);
  const [p50, p95] = [percentile(times, 0.5), percentile(times, 0.95)];
  console.log(`${phase}\n  gateway's RSS, MiB: ${rss.join(' ')}   (limit ${limitMib})`);
  console.log(
    `  others: ${own.length} pages, p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms, ${faults.length} faults`,
  );
  for (const fault of new Set(faults.slice(0, 3))) console.log(`    ${fault}`);
  const highest = (part: readonly number[]) => Math.max(0, ...part);
  const [middle, end] = [rss.slice(rss.length / 3, (2 * rss.length) / 3), rss.slice((2 * rss.length) / 3)].map(highest);
  return [
    ...(highest(rss) > limitMib ? [`${phase}: more memory than its container would have`] : []),
    // A tenth is what the collector's own timing makes of it.
    ...(phase !== 'before' && (end ?? 0) > 1.1 * (middle ?? 0) ? [`${phase}: memory still rises at the end`] : []),
    ...(!(p95 <= othersWaitMs) ? [`${phase}: others wait longer than ${othersWaitMs} ms`] : []),
    ...(faults.length > 0 ? [`${phase}: others were not answered`] : []),
  ];
};
