/**
 * `npm run bench:upstream`: a gateway process under load while one subgraph after the other fails in every way there is.
 * Prints for each fault how long clients waited before and after the breaker opened, and the gateway's memory. Fails when
 * an answer lacked anything but the failing part. The subgraphs are fakes in this process.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type FakeSubgraph, type Fault, fakeSubgraph, fakeSupergraph, faults } from '#kit/gateway/fake-subgraphs.ts';
import { pastProxies } from '#launcher/environment.ts';
import { type SubgraphName, subgraphNames } from '#ops/services.ts';
import { firstInterrupt } from '#platform/process/termination.ts';
import { type GatewayProcess, startGateway } from './gateway-process.ts';
import { numberOptions } from './options.ts';

const help = `usage: npm run bench:upstream [-- --minutes N] [--clients N]
  --minutes N   how long, to the end of the fault under way (2); a round of all faults takes about three
  --clients N   how many ask at the same time (10)
Ctrl-C ends it early and prints what was measured until then.`;

// Long enough for the slowest to time out and for its breaker to open, and for a few hundred answers after that.
const faultMs = 4_000;
const environment = { SUBGRAPH_TIMEOUT_MS: '1000' };

interface Measured {
  readonly observed: Map<Fault, Observed[]>;
  readonly healedMs: Map<Fault, number[]>;
  /** Of the gateway, after each round of all faults. */
  readonly memory: string[];
}

const fakeUrls = (fakes: readonly FakeSubgraph[]) =>
  Object.fromEntries(fakes.map(({ name, url }) => [`${name.toUpperCase()}_SUBGRAPH_URL`, url]));

/** Breaks one subgraph, keeps it broken, mends it, waits until the graph is whole again. */
const breakOnce = async (
  fake: FakeSubgraph,
  fault: Fault,
  load: Load,
): Promise<{ seen: Observed[]; healedMs: number }> => {
  load.take();
  await fake.become(fault);
  await sleep(faultMs);
  const seen = load.take();
  await fake.become('well');
  const mended = performance.now();
  // Ten in a row: an answer that was on its way from before does not count.
  for (let inARow = 0; inARow < 10; await sleep(20))
    for (const { kind } of load.take()) inARow = kind === 'well' ? inARow + 1 : 0;
  return { seen, healedMs: performance.now() - mended };
};

const memoryOf = async (gateway: GatewayProcess): Promise<string> => {
  const mib = async (metric: string) => ((await gateway.metric(metric)) / 1_048_576).toFixed(0).padStart(4);
  return `RSS ${await mib('process_resident_memory_bytes')} MiB  heap ${await mib('nodejs_heap_size_used_bytes')} MiB`;
};

const percentile = (kind: Kind, observed: readonly Observed[], share: number): string => {
  const sorted = observed
    .filter((each) => each.kind === kind)
    .map(({ ms }) => ms)
    .toSorted((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]?.toFixed(1) ?? '–').padStart(8);
};

const print = ({ observed, healedMs, memory }: Measured, load: Load): void => {
  console.log(`\n${''.padEnd(18)} before the breaker opens    once it is open           heals`);
  console.log(`${'fault'.padEnd(18)}      n     p50     p95       n      p50      p95     worst`);
  for (const [fault, seen] of observed) {
    const row = (kind: Kind) =>
      `${String(seen.filter((each) => each.kind === kind).length).padStart(7)} ${percentile(kind, seen, 0.5)} ${percentile(kind, seen, 0.95)}`;
    const heal = Math.max(...(healedMs.get(fault) ?? []));
    console.log(`${fault.padEnd(18)} ${row('failing')} ${row('open')}  ${heal.toFixed(0).padStart(6)} ms`);
  }
  for (const [round, line] of memory.entries()) console.log(`${round === 0 ? 'before' : `round ${round}`}: ${line}`);
  console.log(
    `answers that lacked more than the failing part: ${load.broken().length} ${[...new Set(load.broken())].join('; ')}`,
  );
};

/** How an answer came: all there; a part missing that was asked for; a part missing that was not even asked for. */
type Kind = 'well' | 'failing' | 'open';

interface Observed {
  readonly kind: Kind;
  readonly ms: number;
}

interface Load {
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

const startLoad = (url: string, clients: number, victim: () => SubgraphName | undefined): Load => {
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

const run = async (minutes: number, clients: number, stop: AbortSignal): Promise<boolean> => {
  const fakes = await Promise.all(subgraphNames.map(fakeSubgraph));
  const gateway = await startGateway({ SUPERGRAPH_SDL: fakeSupergraph(), ...fakeUrls(fakes), ...environment });
  let victim: SubgraphName | undefined;
  const load = startLoad(gateway.url, clients, () => victim);
  const measured: Measured = { observed: new Map(), healedMs: new Map(), memory: [] };
  const over = () => stop.aborted || !gateway.isAlive() || performance.now() > endsAt;
  const endsAt = performance.now() + minutes * 60_000;
  // What Node compiles and keeps in the first seconds is no growth.
  await sleep(5_000);
  measured.memory.push(await memoryOf(gateway));
  while (!over()) {
    for (const [fault, fake] of faults.flatMap((each) => fakes.map((it) => [each, it] as const))) {
      if (over()) break;
      victim = fake.name;
      process.stderr.write(`${((endsAt - performance.now()) / 60_000).toFixed(1)} min left: ${victim} ${fault}\n`);
      const { seen, healedMs } = await breakOnce(fake, fault, load);
      measured.observed.set(fault, [...(measured.observed.get(fault) ?? []), ...seen]);
      measured.healedMs.set(fault, [...(measured.healedMs.get(fault) ?? []), healedMs]);
    }
    if (gateway.isAlive()) measured.memory.push(await memoryOf(gateway));
  }
  const survived = gateway.isAlive();
  await load.stop();
  await gateway.stop();
  await Promise.all(fakes.map((each) => each.close()));
  print(measured, load);
  if (!survived) console.error('the gateway has died');
  return survived && load.broken().length === 0;
};

const { minutes, clients } = numberOptions(help, { minutes: { value: 2 }, clients: { value: 10 } });
Object.assign(process.env, pastProxies(process.env));
process.exitCode = (await run(minutes, clients, firstInterrupt())) ? 0 : 1;
