/**
 * `npm run bench:provider-faults`: a thousand orders with a payment provider that declines, loses, delays and repeats, on a
 * system of its own; afterwards the provider's own book, the audit and `npm run reconcile` have to agree that nothing was lost, and
 * nothing paid twice.
 */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { isRedisInstalled } from '#launcher/events.ts';
import { openTemporaryShop, type TemporaryShop } from '#launcher/temporary-shop.ts';
import { auditAtRest } from '#ops/audit/audit.ts';
import { asTable, violatedRules } from '#ops/audit/report.ts';
import { terminationSignal } from '#platform/process/termination.ts';
import { seed } from '#subgraphs/product/wiring.ts';
import { plentifulCatalogue, variantIdsOf } from './capacity/catalogue.ts';
import { openAccounts, share } from './capacity/load.ts';
import { order } from './provider-faults/customers.ts';
import { asLines, moneyAtProvider, ordersIn, unfinished } from './provider-faults/outcome.ts';
import { brokenPromises } from './provider-faults/promises.ts';

// Of the first calls with each key, and of the webhooks.
const defaultFaults = 'decline=10%,timeout=5%,lost=2%,slow=2%,error=1%,limit=2%,duplicate=20%,late=10%,reorder=10%';

const help = `usage: npm run bench:provider-faults [-- options]
  --orders N      how many are placed (1000)
  --at-once N     by how many customers at the same time (16)
  --faults LIST   what the provider does to a share of its calls and webhooks, as SIMULATOR_FAULTS (simulator/README.md):
                  ${defaultFaults}
  --seed TEXT     another one makes other calls fail (agora)
  --kills N       how often the payment service is killed (kill -9) on the way (0)
  --within N      how many seconds the orders have to end after the last is placed (300)
  --events KIND   redis or postgres (redis when it is installed)
  Prints what has become of the orders, of the payments and of the money at the provider, the audit, and npm run reconcile. The time-outs are
  shorter than usual unless the environment sets them, so that late webhooks come after them.
  exit code: 0 every promise is kept, 1 one is broken, 2 could not be run, 130 interrupted (Ctrl-C)`;

/**
 * PROVIDER_TIMEOUT_MS: 2 s, a hundred times what the simulator takes, so that a lost answer costs no more. AUTHORIZE_TIMEOUT_MS: 8 s,
 * longer than a lost answer takes to be asked for again, and shorter than a webhook is late. UNDO_TIMEOUT_MS: 10 s, so that cancels
 * are repeated while a call is still unknown. OPEN_…: declined orders stay open, and a few customers place all.
 */
const timings = {
  ...{ PROVIDER_TIMEOUT_MS: '2000', AUTHORIZE_TIMEOUT_MS: '8000', UNDO_TIMEOUT_MS: '10000' },
  ...{ OPEN_ORDERS_PER_CUSTOMER: '1000', OPEN_UNITS_PER_CUSTOMER: '100000' },
};

const restWithinMs = 60_000;
const reportEveryMs = 5_000;
const variants = 50;

const { log: print } = console;

/** Kills and restarts payment so many times, evenly over the orders. */
const assassin = (shop: TemporaryShop, orders: number, kills: number) => {
  let [done, killed] = [0, 0];
  let last = Promise.resolve();
  return {
    onDone: () => {
      done++;
      if (killed >= kills || done < ((killed + 1) * orders) / (kills + 1)) return;
      killed++;
      last = last.then(async () => {
        await shop.kill('payment');
        await shop.restart('payment');
      });
    },
    /** Also when a restart failed. */
    ended: () => last,
  };
};

const untilFinished = async (shop: TemporaryShop, withinMs: number, signal: AbortSignal): Promise<void> => {
  const deadline = performance.now() + withinMs;
  for (let reportAt = 0; ; ) {
    const left = await unfinished(shop.databaseUrls);
    if (left.length === 0 || performance.now() > deadline) return;
    if (performance.now() > reportAt) {
      reportAt = performance.now() + reportEveryMs;
      print(`  still under way: ${left.join(', ')}`);
    }
    await pause(500, undefined, { signal });
  }
};

const faultsOf = async (shop: TemporaryShop): Promise<string> => {
  const metrics = await (await fetch(`${shop.urls.simulator}/metrics`)).text();
  const counts = [...metrics.matchAll(/^agora_simulator_faults_total\{.*kind="(\w+)".*\} (\d+)$/gm)];
  return counts.map(([, kind, count]) => `${kind} ${count}`).join(', ') || 'none';
};

interface Comparison {
  readonly summary: string;
  readonly differences: readonly string[];
}

/** As an operator compares the books, changing nothing. */
const compared = async (shop: TemporaryShop): Promise<Comparison> => {
  const options = { env: shop.environment, cwd: path.resolve(import.meta.dirname, '..') };
  const ended = promisify(execFile)(process.execPath, ['ops/reconcile.ts', '--list'], options);
  const { code, stdout, stderr } = await ended.then(
    (output) => ({ ...output, code: 0 }),
    (failed: { code: number; stdout: string; stderr: string }) => failed,
  );
  // 1: something differs. Anything else, and nothing was compared.
  if (code > 1) throw new Error(`npm run reconcile: ${stderr}`);
  return { summary: stderr.trim().split('\n').at(-1) ?? '', differences: stdout.split('\n').filter(Boolean) };
};

interface Settings {
  readonly orders: number;
  readonly atOnce: number;
  readonly kills: number;
  readonly withinMs: number;
}

/** The exit code. */
const run = async (
  shop: TemporaryShop,
  { orders, atOnce, kills, withinMs }: Settings,
  signal: AbortSignal,
): Promise<number> => {
  const catalogue = plentifulCatalogue(variants);
  await seed(shop.databaseUrls.product, catalogue);
  await auditAtRest(shop.databaseUrls, restWithinMs);
  const variantIds = variantIdsOf(catalogue);
  const shoppers = await openAccounts(shop.gateway, Math.min(atOnce, orders), signal);

  const started = performance.now();
  const acknowledged: string[] = [];
  const payment = assassin(shop, orders, kills);
  let reportAt = started + reportEveryMs;
  const onDone = (done: number) => {
    payment.onDone();
    if (performance.now() < reportAt) return;
    reportAt = performance.now() + reportEveryMs;
    print(`  ${done} of ${orders}`);
  };
  const options = { gateway: shop.gateway, count: orders, atOnce, signal, onDone };
  await share(options, shoppers, async (shopper, index) => {
    acknowledged.push(await order(shopper, variantIds[index % variantIds.length] as string, index));
  });
  await payment.ended();
  print(`${orders} orders placed in ${((performance.now() - started) / 1_000).toFixed(0)} s`);
  await untilFinished(shop, withinMs, signal);
  const findings = await auditAtRest(shop.databaseUrls, restWithinMs);
  const broken = brokenPromises(
    acknowledged,
    await ordersIn(shop.databaseUrls),
    await moneyAtProvider(shop.databaseUrls),
  );

  print(`faults: ${await faultsOf(shop)}${kills > 0 ? `; payment killed ${kills} times` : ''}`);
  for (const line of await asLines(shop.databaseUrls)) print(line);
  const left = await unfinished(shop.databaseUrls);
  print(`under way: ${left.join(', ') || 'nothing'}`);
  const violated = violatedRules(findings);
  print(violated.length > 0 ? asTable(findings) : `audit: ${findings.length} rules, 0 violated`);
  const { summary, differences } = await compared(shop);
  print(`reconcile: ${summary}`);
  for (const sentence of [...differences, ...broken]) print(`✗ ${sentence}`);
  print(
    `promises: ${broken.length === 0 ? 'every order has ended, paid once or not at all' : `${broken.length} broken`}`,
  );
  return [broken, violated, left, differences].some(({ length }) => length > 0) ? 1 : 0;
};

const numbers = { orders: 1, 'at-once': 1, kills: 0, within: 1 } as const;

const { values } = parseArgs({
  options: {
    orders: { type: 'string', default: '1000' },
    'at-once': { type: 'string', default: '16' },
    faults: { type: 'string', default: defaultFaults },
    seed: { type: 'string', default: 'agora' },
    kills: { type: 'string', default: '0' },
    // 5 min: a call that was answered with an error is looked up after 30 s, and an undo that comes too early is repeated for 5 min.
    within: { type: 'string', default: '300' },
    events: { type: 'string', default: isRedisInstalled() ? 'redis' : 'postgres' },
    help: { type: 'boolean', short: 'h' },
  },
});

const wrong = [
  ...Object.entries(numbers)
    .filter(([name, least]) => {
      const number = Number(values[name as keyof typeof numbers]);
      return !Number.isInteger(number) || number < least;
    })
    .map(([name, least]) => `--${name} must be a whole number from ${least}`),
  ...(values.events === 'redis' || values.events === 'postgres' ? [] : ['--events must be redis or postgres']),
];

const main = async (signal: AbortSignal): Promise<number> => {
  const { faults, seed: SIMULATOR_FAULTS_SEED } = values;
  const events = values.events as 'redis' | 'postgres';
  print(`Starting a shop, events over ${events}; its payment provider: ${faults || 'no faults'} …`);
  const env = {
    ...{ ...timings, ...process.env, LOG_LEVEL: 'error', RATE_LIMITS: 'off', PAYMENT_PROVIDER: 'simulator' },
    ...{ SIMULATOR_FAULTS: faults, SIMULATOR_FAULTS_SEED },
  };
  const shop = await openTemporaryShop({ events, env, signal });
  try {
    const [orders, kills] = [Number(values.orders), Number(values.kills)];
    const settings = { orders, kills, atOnce: Number(values['at-once']), withinMs: Number(values.within) * 1_000 };
    return await run(shop, settings, signal);
  } catch (error) {
    if (!signal.aborted) console.error(shop.lastLines(20));
    throw error;
  } finally {
    await shop.stop();
  }
};

if (values.help) print(help);
else if (wrong.length > 0) {
  console.error(wrong.join('\n'));
  process.exitCode = 2;
} else {
  const ending = terminationSignal();
  process.exitCode = await main(ending).catch((error: Error) => {
    console.error(ending.aborted ? 'Interrupted; the shop is stopped.' : `Could not be run: ${error.message}`);
    return ending.aborted ? 130 : 2;
  });
}
