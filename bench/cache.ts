/**
 * `npm run bench:cache`: pages of the shop through a gateway with its caches and through one without, in turns, on a system
 * of its own and over each transport that this machine has (Redis: a shared store; PostgreSQL: one within the process).
 * Prints medians of the rounds, their ratio, and how soon a changed price is seen.
 */
import { isRedisInstalled } from '#launcher/events.ts';
import { openTemporaryShop, type TemporaryShop } from '#launcher/temporary-shop.ts';
import { BrowseDocument, CartDocument, ProductPageDocument } from '#operations/documents.generated.ts';
import { firstInterrupt } from '#platform/process/termination.ts';
import { changePrices, loadOf, type Page, type Round } from './cache-load.ts';
import { type GatewayProcess, signedInAs, startGateway } from './gateway-process.ts';
import { numberOptions } from './options.ts';

const help = `usage: npm run bench:cache [-- --rounds N] [--seconds N] [--clients N] [--changes N]
  --rounds N    how often each page is asked through each gateway (5)
  --seconds N   how long each time (2)
  --clients N   how many ask at the same time (16)
  --changes N   how many prices are changed (10)
Ctrl-C ends it early.`;

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

const pagesOf = async (gateway: string): Promise<Page[]> => {
  const customer = await signedInAs(gateway);
  return [
    { name: 'list of 20, a guest', document: BrowseDocument, variables: { first: 20 } },
    { name: 'product with stock, a guest', document: ProductPageDocument, variables: { slug: 'trail-lamp-200' } },
    { name: 'cart of 5, its owner', document: CartDocument, variables: {}, headers: customer },
  ];
};

const gatewayWith = (shop: TemporaryShop, caches: 'on' | 'off'): Promise<GatewayProcess> => {
  const { GATEWAY_PORT: _, ...environment } = shop.environment;
  return startGateway({
    ...(environment as Record<string, string>),
    AUTHENTICATION: 'on',
    RATE_LIMITS: 'off',
    LOG_LEVEL: 'error',
    RESPONSE_CACHE: caches,
    ENTITY_CACHE: caches,
  });
};

const formatted = ({ perSecond, cpuMs, p50Ms }: Round): string =>
  `${perSecond.toFixed(0).padStart(6)}/s  ${cpuMs.toFixed(2)} ms CPU  p50 ${p50Ms.toFixed(1)} ms`;

const medianOf = (rounds: readonly Round[]): Round => ({
  perSecond: median(rounds.map(({ perSecond }) => perSecond)),
  cpuMs: median(rounds.map(({ cpuMs }) => cpuMs)),
  p50Ms: median(rounds.map(({ p50Ms }) => p50Ms)),
});

interface Settings {
  readonly rounds: number;
  readonly seconds: number;
  readonly clients: number;
  readonly changes: number;
}

const benchTransport = async (events: 'redis' | 'postgres', settings: Settings, signal: AbortSignal) => {
  const shop = await openTemporaryShop({ events, env: { ...process.env, LOG_LEVEL: 'warn' }, signal });
  const gateways: GatewayProcess[] = [];
  try {
    for (const caches of ['on', 'off', 'on'] as const) gateways.push(await gatewayWith(shop, caches));
    const [cached, plain, other] = gateways as [GatewayProcess, GatewayProcess, GatewayProcess];
    console.log(`\n${events}: ${settings.rounds} rounds of ${settings.seconds} s, ${settings.clients} clients`);
    for (const page of await pagesOf(plain.url)) {
      const seen: Record<'cached' | 'plain', Round[]> = { cached: [], plain: [] };
      for (let round = 0; round < settings.rounds && !signal.aborted; round++) {
        seen.cached.push(await loadOf(cached, page, settings));
        seen.plain.push(await loadOf(plain, page, settings));
      }
      const [on, off] = [medianOf(seen.cached), medianOf(seen.plain)];
      console.log(`${page.name.padEnd(28)} with    ${formatted(on)}`);
      console.log(`${''.padEnd(28)} without ${formatted(off)}`);
      console.log(
        `${''.padEnd(28)} ratio   CPU ${(on.cpuMs / off.cpuMs).toFixed(2)}, requests ${(on.perSecond / off.perSecond).toFixed(1)}×`,
      );
    }
    const delays = await changePrices(shop, [cached, other], settings.changes, signal);
    console.log(
      `a changed price is seen at both gateways after ${median(delays).toFixed(0)} ms (worst ${Math.max(...delays).toFixed(0)})`,
    );
    const [hits, all] = [
      await cached.metric('agora_gateway_cache_requests_total', 'outcome="hit"'),
      await cached.metric('agora_gateway_cache_requests_total'),
    ];
    console.log(`hits: ${((100 * hits) / all).toFixed(1)}% of ${all}`);
  } finally {
    for (const gateway of gateways) await gateway.stop();
    await shop.stop();
  }
};

const settings = numberOptions(help, {
  rounds: { value: 5 },
  seconds: { value: 2 },
  clients: { value: 16 },
  changes: { value: 10 },
});
const interrupted = firstInterrupt();
for (const events of isRedisInstalled() ? (['redis', 'postgres'] as const) : (['postgres'] as const))
  if (!interrupted.aborted) await benchTransport(events, settings, interrupted);
