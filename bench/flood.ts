/**
 * `npm run bench:flood`: what a flood of documents does to a gateway with the memory that Compose gives it, and to everybody
 * else. First distinct documents that are valid, then distinct ones of nearly 1 MiB, each from another address, against
 * a shop of its own. Fails when the gateway's memory does not level off below its limit, or when others have to wait.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { pastProxies } from '#launcher/environment.ts';
import { isRedisInstalled } from '#launcher/events.ts';
import { openTemporaryShop } from '#launcher/temporary-shop.ts';
import { firstInterrupt } from '#platform/process/termination.ts';
import { composeFacts, composeTexts } from '#tools/deployment/compose.ts';
import { distinctDocument, longDocument } from './flood-documents.ts';
import { judge, others, post, sampling } from './flood-observations.ts';
import { type GatewayProcess, gatewayOf, signedInAs } from './gateway-process.ts';
import { numberOptions } from './options.ts';

const help = `usage: npm run bench:flood [-- --distinct N] [--long N] [--at-once N]
  --distinct N   how many distinct documents, all within the limits (20000)
  --long N       how many distinct documents of nearly 1 MiB (2000)
  --at-once N    how many of them are under way at a time (8)
Ctrl-C ends it early and prints what was measured until then.`;

// As long as it takes to know how long others wait without a flood.
const quietMs = 10_000;

const memoryLimitMib = (): number => {
  const gateway = composeFacts(composeTexts()).services.find(({ name }) => name === 'gateway');
  return Number.parseInt(gateway?.mem_limit ?? '', 10);
};

const addressOf = (n: number): string => `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;

/** Ends with the last document, with the gateway, or on a signal. Reports the answers by status, and the CPU time of the gateway and of others. */
const flood = async (
  gateway: GatewayProcess,
  count: number,
  atOnce: number,
  of: (n: number) => string,
  stop: AbortSignal,
) => {
  const pool = new Pool(new URL(gateway.url).origin, { connections: atOnce });
  const statuses = new Map<string, number>();
  let next = 0;
  let answered = 0;
  const one = async () => {
    while (next < count && gateway.isAlive() && !stop.aborted) {
      const n = next++;
      const status = await post(pool, { query: of(n) }, { 'x-forwarded-for': addressOf(n) }).then(
        (answer) => String(answer.status),
        () => 'no answer',
      );
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      answered += 1;
      if (answered % 500 === 0) process.stderr.write(`${answered} of ${count} documents\n`);
    }
  };
  const cpuSeconds = () => gateway.metric('process_cpu_seconds_total').catch(() => Number.NaN);
  const before = await cpuSeconds();
  await Promise.all(Array.from({ length: atOnce }, one));
  await pool.close();
  const cpuMs = (((await cpuSeconds()) - before) * 1_000) / answered;
  return `${[...statuses].map(([status, times]) => `${times} × ${status}`).join(', ')}; ${cpuMs.toFixed(1)} ms CPU each`;
};

const run = async (distinct: number, long: number, atOnce: number, stop: AbortSignal): Promise<boolean> => {
  const events = isRedisInstalled() ? 'redis' : 'postgres';
  process.stderr.write(`Starting a shop, events over ${events} …\n`);
  const shop = await openTemporaryShop({ events, env: { ...process.env, LOG_LEVEL: 'error' }, signal: stop });
  const open: { stop(): Promise<unknown> }[] = [shop];
  try {
    const gateway = await gatewayOf(shop, {
      RESPONSE_CACHE: 'on',
      SHED_EVENT_LOOP_DELAY_MS: '500',
    });
    open.unshift(gateway);
    const customer = await signedInAs(gateway.url);
    let phase = 'before';
    const memory = sampling(gateway, () => phase);
    const people = others(gateway, customer, () => phase);
    open.unshift(people, memory);
    const phases = ['before'];
    const enter = (name: string) => {
      phases.push(name);
      phase = name;
    };
    await sleep(quietMs, undefined, { signal: stop }).catch(() => undefined);
    for (const [count, what, of] of [
      [distinct, 'distinct documents', distinctDocument],
      [long, 'documents of nearly 1 MiB', longDocument],
    ] as const) {
      if (stop.aborted || !gateway.isAlive()) break;
      enter(`${count} ${what}`);
      console.log(`${phase}: answered ${await flood(gateway, count, atOnce, of, stop)}`);
    }
    const broken = phases.flatMap((name) => judge(name, memory.samples, people.waited, memoryLimitMib()));
    if (!gateway.isAlive()) broken.push('the gateway has died');
    for (const sentence of broken) console.error(sentence);
    return broken.length === 0;
  } finally {
    for (const one of open) await one.stop();
  }
};

const {
  distinct,
  long,
  'at-once': atOnce,
} = numberOptions(help, { distinct: { value: 20_000 }, long: { value: 2_000 }, 'at-once': { value: 8 } });
Object.assign(process.env, pastProxies(process.env));
process.exitCode = (await run(distinct, long, atOnce, firstInterrupt())) ? 0 : 1;
