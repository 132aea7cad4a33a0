/** What a page of products costs over all processes of a whole system: gateway, product and PostgreSQL, with no cache on. */
import { Pool } from 'undici';
import { openTemporaryShop } from '#launcher/temporary-shop.ts';
import { subgraphNames } from '#ops/services.ts';
import { watchProcesses } from '../capacity/process-meters.ts';

export interface PageCost {
  readonly products: number;
  readonly bytes: number;
  /** CPU of a page in milliseconds, by process. */
  readonly cpuMs: Readonly<Record<string, number>>;
}

const sizes = [10, 20, 50, 100];

// As a shop's listing shows a product: variants, prices in two currencies, the category's path, what is left.
const page = `query ($first: Int, $after: String) { products(first: $first, after: $after) {
  totalCount pageInfo { hasNextPage endCursor } edges { node {
    id slug title(language: EN) brand priceFrom(currency: EUR) { amount currency }
    category { id slug name(language: EN) parent { id name(language: EN) parent { id name(language: EN) } } }
    attributes { code name(language: EN) value(language: EN) }
    variants { id sku title(language: EN) options { code name(language: EN) value(language: EN) }
      price(currency: EUR) { amount currency } prices { amount currency } availability } } } } }`;

interface Load {
  readonly requests: number;
  readonly clients: number;
  readonly signal: AbortSignal;
}

/** Over the demo catalogue. The processes that a page has nothing to do with idle, and are left out. */
export const measurePages = async ({ requests, clients, signal }: Load): Promise<PageCost[]> => {
  const off = { RESPONSE_CACHE: 'off', ENTITY_CACHE: 'off', RATE_LIMITS: 'off' };
  // A hundred products with everything are more than a guest may ask for.
  const more = { LIMIT_COST_GUEST: '100000', LOG_LEVEL: 'warn' };
  const shop = await openTemporaryShop({ signal, env: { ...process.env, ...off, ...more } });
  const address = new URL(shop.gateway);
  const pool = new Pool(address.origin, { connections: clients });
  const watch = watchProcesses({
    pids: () => ({ gateway: shop.pid('gateway'), product: shop.pid('product') }),
    postmaster: () => shop.postgres?.pid,
    ownRoles: subgraphNames.filter((name) => name !== 'product'),
  });
  const ask = async (first: number): Promise<number> => {
    const { body } = await pool.request({
      ...{ path: address.pathname, method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify({ query: page, variables: { first } }),
    });
    const text = await body.text();
    const { data, errors } = JSON.parse(text) as { data?: { products?: { edges: unknown[] } }; errors?: unknown };
    if (errors || data?.products?.edges.length !== first) throw new Error(`a page failed: ${text.slice(0, 500)}`);
    return text.length;
  };
  const askAll = async (first: number, count: number): Promise<number> => {
    let [next, bytes] = [0, 0];
    const client = async () => {
      while (next++ < count) {
        signal.throwIfAborted();
        bytes = await ask(first);
      }
    };
    await Promise.all(Array.from({ length: clients }, client));
    return bytes;
  };
  try {
    const costs: PageCost[] = [];
    for (const products of sizes) {
      // Code is compiled, plans are made.
      await askAll(products, Math.max(50, requests / 4));
      const before = watch.read();
      const bytes = await askAll(products, requests);
      const after = watch.read();
      const cpuMs = Object.fromEntries(
        ['gateway', 'product', 'database product'].map((name) => {
          const used = (after[`cpu/${name}`] ?? 0) - (before[`cpu/${name}`] ?? 0);
          return [name, (used * 1_000) / requests];
        }),
      );
      costs.push({ products, bytes, cpuMs });
    }
    return costs;
  } finally {
    watch.stop();
    await pool.close();
    await shop.stop({ atOnce: true });
  }
};

export const pagesAsText = (costs: readonly PageCost[]): string =>
  costs
    .map(({ products, bytes, cpuMs }) => {
      const all = Object.values(cpuMs).reduce((sum, ms) => sum + ms, 0);
      const parts = Object.entries(cpuMs).map(([name, ms]) => `${name} ${ms.toFixed(1)}`);
      return `page of ${products} with everything, no caches: CPU ${all.toFixed(1)} ms (${parts.join(', ')}), ${Math.round(bytes / 1_024)} KiB`;
    })
    .join('\n');
