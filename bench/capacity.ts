/**
 * `npm run bench:capacity`: what a thousand orders (and sign-ins, and page views) take of each process, database and
 * queue, on a system of its own. Linux only: processor time is read from /proc. On a machine that others use as well,
 * CPU seconds are the figures to trust; orders a minute and milliseconds say more about the neighbours.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isRedisInstalled } from '#launcher/events.ts';
import { auditAtRest } from '#ops/audit/audit.ts';
import { asTable } from '#ops/audit/report.ts';
import { terminationSignal } from '#platform/process/termination.ts';
import { plentifulCatalogue, variantIdsOf } from './capacity/catalogue.ts';
import type { Ceiling } from './capacity/ceiling.ts';
import { buy, type LoadOptions, look, openAccounts, signIn } from './capacity/load.ts';
import { orderTimes } from './capacity/order-times.ts';
import { measureOutbox } from './capacity/outbox-ceilings.ts';
import { measureIdle, measurePhase, type Phase } from './capacity/phase.ts';
import { asText, type Measured } from './capacity/report.ts';
import { type MeasuredShop, openMeasuredShop } from './capacity/shop.ts';
import { measureStock } from './capacity/stock-ceilings.ts';

const help = `usage: npm run bench:capacity [-- options]
  --orders N         how many are counted, of each kind (1000); below some hundred, what idling costs hides them
  --at-once N        how many customers buy at the same time (16)
  --catalogue N      how many variants the orders are spread over (500)
  --lines N          different variants in an order (1)
  --warm-up N        orders before the first that counts (100)
  --idle-seconds N   how long nobody does anything, to know what that costs (30)
  --ceilings N       seconds for each thing that only one can do at a time; 0 leaves them out (5)
  --events KIND      redis or postgres (redis when it is installed)
  --json             everything, for programs
  exit code: 0 measured and the audit is clean, 1 it is not, 2 could not be measured, 130 interrupted (Ctrl-C)`;

const say = (line: string) => process.stderr.write(`${line}\n`);

// A line every 5 s: enough to see that it moves, few enough for a log.
const tellEveryMs = 5_000;

const progress = (what: string, count: number): LoadOptions['onDone'] => {
  let toldAt = Date.now();
  return (done) => {
    if (done < count && Date.now() - toldAt < tellEveryMs) return;
    toldAt = Date.now();
    say(`  ${what}: ${done} of ${count}`);
  };
};

interface Wish {
  readonly orders: number;
  readonly atOnce: number;
  readonly catalogue: number;
  readonly lines: number;
  readonly warmUp: number;
  readonly idleSeconds: number;
  readonly ceilings: number;
}

// A tenth of the orders: a customer signs in less often than that, and each costs a password's hash.
const signInsPerOrder = 0.1;
const mostPages = 50;

const measureShop = async (shop: MeasuredShop, wish: Wish, signal: AbortSignal): Promise<Measured> => {
  const catalogue = plentifulCatalogue(wish.catalogue);
  const variantIds = variantIdsOf(catalogue);
  const slugs = catalogue.products.map(({ slug }) => slug).slice(0, mostPages);
  const options = { gateway: shop.gateway, atOnce: wish.atOnce, signal };
  const load = (name: string, count: number): LoadOptions => ({ ...options, count, onDone: progress(name, count) });

  const shoppers = await openAccounts(shop.gateway, wish.atOnce, signal);
  await buy(shoppers, variantIds, wish.lines)(load('warm-up', wish.warmUp));
  say(`Measuring ${wish.idleSeconds} s in which nobody does anything …`);
  const idle = await measureIdle(shop.instruments, wish.idleSeconds, signal);

  const loads: [string, number, (load: LoadOptions) => Promise<void>][] = [
    ['orders', wish.orders, buy(shoppers, variantIds, wish.lines)],
    ['…of 1 variant', wish.orders, buy(shoppers, variantIds.slice(0, 1), 1)],
    ['sign-ins', Math.ceil(wish.orders * signInsPerOrder), signIn],
    ['product pages', wish.orders, look(slugs)],
  ];
  const phases: Phase[] = [];
  const times: Record<string, Awaited<ReturnType<typeof orderTimes>>> = {};
  for (const [name, count, work] of loads) {
    const run = () => work(load(name, count));
    const phase = await measurePhase(shop.instruments, { name, count, run }, idle.perSecond, signal);
    phases.push(phase);
    const placed = await orderTimes(shop.databaseUrls.order, phase.startedAt);
    if (placed.orders > 0) times[name] = placed;
  }
  const ceilings = await measureCeilings(shop, wish.ceilings, signal);
  return {
    transport: shop.events,
    cores: availableParallelism(),
    atOnce: wish.atOnce,
    linesPerOrder: wish.lines,
    phases,
    orderTimes: times,
    idle,
    ceilings,
  };
};

const measureCeilings = async (shop: MeasuredShop, seconds: number, signal: AbortSignal): Promise<Ceiling[]> => {
  if (seconds === 0) return [];
  say('Measuring what only one can do at a time …');
  const stock = await measureStock(shop.ownPostgres, seconds);
  signal.throwIfAborted();
  return [...stock, ...(await measureOutbox(shop.ownPostgres, seconds))];
};

const run = async (wish: Wish, events: 'redis' | 'postgres', json: boolean, signal: AbortSignal): Promise<number> => {
  say(`Starting a shop, events over ${events} …`);
  const shop = await openMeasuredShop(wish.catalogue, events, signal);
  try {
    const measured = await measureShop(shop, wish, signal);
    console.log(json ? JSON.stringify(measured, null, 2) : asText(measured));
    const findings = await auditAtRest(shop.databaseUrls, 10_000);
    const broken = findings.filter(({ violations }) => violations.length > 0);
    say(broken.length > 0 ? asTable(findings) : `Audit: ${findings.length} invariants, 0 broken.`);
    return broken.length > 0 ? 1 : 0;
  } finally {
    await shop.close();
  }
};

const numbers = ['orders', 'at-once', 'catalogue', 'lines', 'warm-up', 'idle-seconds', 'ceilings'] as const;
const mayBeNone = new Set<string>(['warm-up', 'ceilings']);

const { values } = parseArgs({
  options: {
    orders: { type: 'string', default: '1000' },
    'at-once': { type: 'string', default: '16' },
    catalogue: { type: 'string', default: '500' },
    lines: { type: 'string', default: '1' },
    'warm-up': { type: 'string', default: '100' },
    'idle-seconds': { type: 'string', default: '30' },
    ceilings: { type: 'string', default: '5' },
    events: { type: 'string', default: isRedisInstalled() ? 'redis' : 'postgres' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h' },
  },
});
const fault = [
  ...numbers
    .filter(
      (name) => !(Number.isInteger(Number(values[name])) && Number(values[name]) >= (mayBeNone.has(name) ? 0 : 1)),
    )
    .map((name) => `--${name} must be a whole number from ${mayBeNone.has(name) ? 0 : 1}`),
  ...(values.events === 'redis' || values.events === 'postgres' ? [] : ['--events must be redis or postgres']),
  ...(process.platform === 'linux' || values.help ? [] : ['only Linux tells what each process uses (/proc)']),
];
if (values.help) console.log(help);
else if (fault.length > 0) {
  console.error(fault.join('\n'));
  process.exitCode = 2;
} else {
  const [orders = 0, atOnce = 0, catalogue = 0, lines = 0, warmUp = 0, idleSeconds = 0, ceilings = 0] = numbers.map(
    (name) => Number(values[name]),
  );
  const wish = { orders, atOnce, catalogue, lines, warmUp, idleSeconds, ceilings };
  const ending = terminationSignal();
  process.exitCode = await run(wish, values.events as 'redis' | 'postgres', values.json, ending).catch(
    (error: Error) => {
      console.error(ending.aborted ? 'Interrupted; the shop is stopped.' : `Not measured: ${error.message}`);
      return ending.aborted ? 130 : 2;
    },
  );
}
