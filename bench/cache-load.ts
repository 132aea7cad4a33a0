import { setTimeout as sleep } from 'node:timers/promises';
import { type DocumentNode, print } from 'graphql';
import { Pool } from 'undici';
import { demoCatalogue } from '#launcher/seed/catalogue.ts';
import { graphqlClient } from '#launcher/shopper/graphql-client.ts';
import type { TemporaryShop } from '#launcher/temporary-shop.ts';
import { seed } from '#subgraphs/product/wiring.ts';
import type { GatewayProcess } from './gateway-process.ts';

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

const slug = 'trail-lamp-200';

/** Changes a price repeatedly; returns the milliseconds from each commit until all gateways show it. */
export const changePrices = async (
  shop: TemporaryShop,
  gateways: readonly GatewayProcess[],
  changes: number,
  signal: AbortSignal,
): Promise<number[]> => {
  const product = demoCatalogue().products.find((each) => each.slug === slug);
  if (!product) throw new Error(`the seed has no "${slug}"`);
  // Without the stock, which is cached for a second only: the test is that the price is not cached for its full minute.
  const query = `{ product(slug: "${slug}") { priceFrom { amount } } }`;
  const visibleAmount = async ({ url }: GatewayProcess): Promise<number | undefined> =>
    (await graphqlClient(url).ask<PriceFrom, object>(query)).product.priceFrom.amount;
  const delays: number[] = [];
  for (let n = 1; n <= changes && !signal.aborted; n++) {
    const amount = 3_490 + n;
    await Promise.all(gateways.map(visibleAmount));
    const variants = product.variants.map((variant) => ({ ...variant, prices: { EUR: amount } }));
    await seed(shop.databaseUrls.product, {
      attributes: [],
      categories: [],
      products: [{ ...product, variants }],
      initialStock: {},
      collections: [],
    });
    const committed = performance.now();
    await Promise.all(
      gateways.map(async (gateway) => {
        while ((await visibleAmount(gateway)) !== amount) await sleep(2);
      }),
    );
    delays.push(performance.now() - committed);
  }
  return delays;
};

interface PriceFrom {
  readonly product: { readonly priceFrom: { readonly amount: number } };
}
