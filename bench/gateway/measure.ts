/** Measures contenders in turn: run by run, each beside the others, so that what else the machine does hits all. */
import { isDeepStrictEqual } from 'node:util';
import { openArena } from './arena.ts';
import { type Arena, type ContenderName, contenders } from './contenders/contenders.ts';
import type { Contending } from './contenders/process.ts';
import type { Operation } from './graphs/graph.ts';
import { graphOf } from './graphs/graphs.ts';
import { ask, type Load, load } from './load.ts';
import { type Setting, settingTitle, type Workload } from './workloads.ts';

/** Of one run of one contender. */
export interface Run {
  readonly cpuMs: number;
  readonly perSecond: number;
  readonly latenciesMs: readonly number[];
  readonly residentBytes: number;
  readonly subgraphRequests: number;
}

export interface Measured {
  readonly setting: Setting;
  readonly runs: ReadonlyMap<ContenderName, readonly Run[]>;
}

export interface Outcome {
  readonly bytes: number;
  readonly measured: readonly Measured[];
  /** Why a contender is missing. */
  readonly excluded: ReadonlyMap<ContenderName, string>;
}

interface MeasureOptions {
  readonly only: readonly ContenderName[];
  readonly runs: number;
  readonly requests: number;
  readonly say: (line: string) => void;
  /** Aborted when the bench is being ended: what fails then says nothing about a contender. */
  readonly signal: AbortSignal;
}

export const measure = async (workload: Workload, options: MeasureOptions): Promise<Outcome> => {
  const { only, runs, say, signal } = options;
  const { operations, handwritten } = graphOf(workload.graph);
  const operation = operations[workload.operation];
  if (!operation) throw new Error(`the graph ${workload.graph} has no operation ${workload.operation}`);
  const arena = await openArena(workload.graph);
  const running = new Map<ContenderName, Contending>();
  const excluded = new Map<ContenderName, string>();
  try {
    for (const name of only) {
      if (name === 'bff' && !handwritten[workload.operation]) continue;
      const { start } = contenders[name];
      const started = await start?.(arena).catch((error: Error) => error);
      signal.throwIfAborted();
      if (started instanceof Error) excluded.set(name, started.message);
      else if (started) running.set(name, started);
    }
    const bytes = await compareAnswers(running, operation, arena, excluded);
    const able = [...running].filter(([name]) => !excluded.has(name));
    const measured: Measured[] = [];
    for (const setting of workload.settings) {
      await arena.subgraphs.begin(setting.delaysMs);
      const all = new Map<ContenderName, Run[]>(
        able.filter(([name]) => canTake(setting, name)).map(([name]) => [name, []]),
      );
      for (let run = 0; run <= runs; run++) {
        for (const [name, target] of turned([...able], run)) {
          const own = all.get(name);
          if (!own || excluded.has(name)) continue;
          const lot = { target, operation, bytes: bytes.get(name) ?? 0, requests: options.requests };
          const result = await oneRun(arena, lot, setting).catch((error: Error) => error);
          signal.throwIfAborted();
          if (result instanceof Error) {
            excluded.set(name, `it failed under "${settingTitle(setting)}": ${result.message}`);
            continue;
          }
          // The first is for Node to compile what is measured in the others.
          if (run > 0) own.push(result);
          say(
            `${workload.name}, ${settingTitle(setting)}, run ${run} of ${runs}: ${name} ${result.cpuMs.toFixed(2)} ms`,
          );
        }
      }
      for (const name of excluded.keys()) all.delete(name);
      measured.push({ setting, runs: all });
    }
    return { bytes: Math.max(...bytes.values()), measured, excluded };
  } finally {
    await Promise.all([...running.values()].map((each) => each.stop()));
    await arena.close();
  }
};

/** Each run begins with another contender, so that none always follows the same neighbour. */
const turned = <T>(values: readonly T[], by: number): T[] => {
  const at = values.length === 0 ? 0 : by % values.length;
  return [...values.slice(at), ...values.slice(0, at)];
};

/** Everybody's data must equal the first one's; who has other data is not measured. */
const compareAnswers = async (
  running: ReadonlyMap<ContenderName, Contending>,
  operation: Operation,
  { subgraphs }: Arena,
  excluded: Map<ContenderName, string>,
): Promise<Map<ContenderName, number>> => {
  const bytes = new Map<ContenderName, number>();
  let expected: unknown;
  for (const [name, target] of running) {
    const isProxy = name === 'proxy';
    if (isProxy && expected === undefined) {
      excluded.set(name, 'there is no answer for it to pass on without a contender before it');
      continue;
    }
    if (isProxy) await subgraphs.answerWhole(JSON.stringify(operation), JSON.stringify({ data: expected }));
    const text = await ask(target, operation);
    const fault = faultOf(text, expected);
    if (fault) excluded.set(name, fault);
    else expected ??= JSON.parse(text).data;
    bytes.set(name, Buffer.byteLength(text));
  }
  return bytes;
};

const faultOf = (text: string, expected: unknown): string | undefined => {
  let answer: { data?: unknown; errors?: unknown };
  try {
    answer = JSON.parse(text);
  } catch {
    return `it answers no JSON: ${text.slice(0, 200)}`;
  }
  if (answer.errors) return `its answer has errors: ${JSON.stringify(answer.errors).slice(0, 300)}`;
  if (!answer.data) return `its answer has no data: ${text.slice(0, 200)}`;
  if (expected === undefined || isDeepStrictEqual(answer.data, expected)) return undefined;
  return 'its data differ from those of the contender before';
};

// 50 ms: an answer of 8 MiB is there for longer.
const lookEveryMs = 50;

interface Lot {
  readonly target: Contending;
  readonly operation: Operation;
  readonly bytes: number;
  readonly requests: number;
}

const oneRun = async (
  arena: Arena,
  { target, operation, bytes, requests: asked }: Lot,
  setting: Setting,
): Promise<Run> => {
  const { clients, oneViewer, fresh, besideFlood, share = 1 } = setting;
  const documents = fresh ? Number.POSITIVE_INFINITY : 1;
  const requests = Math.max(5, Math.round(asked * share));
  let residentBytes = target.residentBytes();
  const timer = setInterval(() => {
    residentBytes = Math.max(residentBytes, target.residentBytes());
  }, lookEveryMs);
  await arena.subgraphs.received();
  const before = target.cpuSeconds();
  try {
    const measured = besideFlood
      ? await besideFloodOf(besideFlood, { target, operation, bytes, requests }, arena.graph)
      : { ...(await load({ target, operation, bytes, requests, clients, oneViewer, documents })), answered: requests };
    const { latenciesMs, seconds, answered } = measured;
    const cpuMs = ((target.cpuSeconds() - before) * 1_000) / answered;
    const subgraphRequests = (await arena.subgraphs.received()) / answered;
    return { cpuMs, perSecond: answered / seconds, latenciesMs, residentBytes, subgraphRequests };
  } finally {
    clearInterval(timer);
  }
};

/** The latencies of a light operation while others send new documents that are hard to plan. */
const besideFloodOf = async (
  { clients, operation: name }: NonNullable<Setting['besideFlood']>,
  { target, operation, bytes, requests }: Lot,
  graph: string,
): Promise<Load & { readonly answered: number }> => {
  const light = graphOf(graph).operations[name];
  if (!light) throw new Error(`the graph ${graph} has no operation ${name}`);
  const lightBytes = Buffer.byteLength(await ask(target, light));
  const over = new AbortController();
  const flood = load({
    ...{ target, operation, bytes, clients, documents: Number.POSITIVE_INFINITY, stop: over.signal },
    requests: Number.POSITIVE_INFINITY,
  });
  try {
    const own = await load({ target, operation: light, bytes: lightBytes, clients: 1, requests });
    over.abort();
    return { ...own, answered: requests + (await flood).latenciesMs.length };
  } finally {
    over.abort();
    await flood.catch(() => undefined);
  }
};

/** What plans nothing and knows only the operations it was written for has no part in new documents. */
const canTake = ({ fresh, besideFlood }: Setting, name: ContenderName): boolean =>
  !(fresh || besideFlood) || (name !== 'bff' && name !== 'proxy');
