/**
 * `npm run bench:capacity`: what a thousand orders (and sign-ins, and page views) cost each process, database and queue, on a
 * system of its own. Linux only: CPU time is read from /proc. On a shared machine, trust the CPU seconds; orders a minute and
 * milliseconds depend on its other load.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isRedisInstalled } from '#launcher/events.ts';
import { auditAtRest } from '#ops/audit/audit.ts';
import { asTable } from '#ops/audit/report.ts';
import { terminationSignal } from '#platform/process/termination.ts';
import { plentifulCatalogue, variantIdsOf } from './capacity/catalogue.ts';
import { type Ceiling, measureOutbox, measureStock } from './capacity/ceilings.ts';
import { orderTimes } from './capacity/database-meters.ts';
import { buy, type LoadOptions, look, openAccounts, signIn } from './capacity/load.ts';
import { measureIdle, measurePhase, type Phase } from './capacity/phase.ts';
import { asText, type Measured } from './capacity/report.ts';
import { type MeasuredShop, openMeasuredShop } from './capacity/shop.ts';

const help = `usage: npm run bench:capacity [-- options]
  --orders N         how many are measured, of each kind (1000); below some hundred, the cost of idling hides them
  --at-once N        how many customers buy at the same time (16)
  --catalogue N      how many variants the orders are spread over (500)
  --lines N          different variants in an order (1)
  --warm-up N        orders before the first that counts (100)
  --idle-seconds N   how long the idle system is measured (30)
  --ceilings N       seconds for each serialized operation; 0 leaves them out (5)
  --events KIND      redis or postgres (redis when it is installed)
  --json             everything, for programs
  exit code: 0 measured and the audit is clean, 1 it is not, 2 could not be measured, 130 interrupted (Ctrl-C)`;

const note = (line: string) => process.stderr.write(`${line}\n`);

// A line every 5 s: enough to see progress, few enough for a log.
const reportEveryMs = 5_000;

const progress = (what: string, count: number): LoadOptions['onDone'] => {
  let reportedAt = Date.now();
  return (done) => {
    if (done < count && Date.now() - reportedAt < reportEveryMs) return;
    reportedAt = Date.now();
    note(`  ${what}: ${done} of ${count}`);
  };
};

interface Settings {
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

const measureShop = async (shop: MeasuredShop, settings: Settings, signal: AbortSignal): Promise<Measured> => {
  const catalogue = plentifulCatalogue(settings.catalogue);
  const variantIds = variantIdsOf(catalogue);
  const slugs = catalogue.products.map(({ slug }) => slug).slice(0, mostPages);
  const options = { gateway: shop.gateway, atOnce: settings.atOnce, signal };
  const load = (name: string, count: number): LoadOptions => ({ ...options, count, onDone: progress(name, count) });

  const shoppers = await openAccounts(shop.gateway, settings.atOnce, signal);
  await buy(shoppers, variantIds, settings.lines)(load('warm-up', settings.warmUp));
  note(`Measuring the idle system for ${settings.idleSeconds} s …`);
  const idle = await measureIdle(shop.instruments, settings.idleSeconds, signal);

  const loads: [string, number, (load: LoadOptions) => Promise<void>][] = [
    ['orders', settings.orders, buy(shoppers, variantIds, settings.lines)],
    ['…of 1 variant', settings.orders, buy(shoppers, variantIds.slice(0, 1), 1)],
    ['sign-ins', Math.ceil(settings.orders * signInsPerOrder), signIn],
    ['product pages', settings.orders, look(slugs)],
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
  const ceilings = await measureCeilings(shop, settings.ceilings, signal);
  return {
    transport: shop.events,
    cores: availableParallelism(),
    atOnce: settings.atOnce,
    linesPerOrder: settings.lines,
    phases,
    orderTimes: times,
    idle,
    ceilings,
  };
};

const measureCeilings = async (shop: MeasuredShop, seconds: number, signal: AbortSignal): Promise<Ceiling[]> => {
  if (seconds === 0) return [];
  note('Measuring serialized operations …');
  const stock = await measureStock(shop.ownPostgres, seconds);
  signal.throwIfAborted();
  return [...stock, ...(await measureOutbox(shop.ownPostgres, seconds))];
};

const run = async (
  settings: Settings,
  events: 'redis' | 'postgres',
  json: boolean,
  signal: AbortSignal,
): Promise<number> => {
  note(`Starting a shop, events over ${events} …`);
  const shop = await openMeasuredShop(settings.catalogue, events, signal);
  try {
    const measured = await measureShop(shop, settings, signal);
    console.log(json ? JSON.stringify(measured, null, 2) : asText(measured));
    const findings = await auditAtRest(shop.databaseUrls, 10_000);
    const broken = findings.filter(({ violations }) => violations.length > 0);
    note(broken.length > 0 ? asTable(findings) : `Audit: ${findings.length} rules, 0 violated.`);
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
  ...(process.platform === 'linux' || values.help ? [] : ['only Linux reports what each process uses (/proc)']),
];
if (values.help) console.log(help);
else if (fault.length > 0) {
  console.error(fault.join('\n'));
  process.exitCode = 2;
} else {
  const [orders = 0, atOnce = 0, catalogue = 0, lines = 0, warmUp = 0, idleSeconds = 0, ceilings = 0] = numbers.map(
    (name) => Number(values[name]),
  );
  const settings = { orders, atOnce, catalogue, lines, warmUp, idleSeconds, ceilings };
  const ending = terminationSignal();
  process.exitCode = await run(settings, values.events as 'redis' | 'postgres', values.json, ending).catch(
    (error: Error) => {
      console.error(ending.aborted ? 'Interrupted; the shop is stopped.' : `Not measured: ${error.message}`);
      return ending.aborted ? 130 : 2;
    },
  );
}
