/** Asks the questions of each kind, some clients at a time, and reads what they took and what they cost. */
import { percentile } from '../capacity/meters.ts';
import { type ProcessMeters, watchProcesses } from '../capacity/process-meters.ts';
import type { ProductProcess } from './product-process.ts';
import type { Kind } from './questions.ts';

export interface Cost {
  readonly kind: string;
  readonly countsEverything: boolean;
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** CPU of a question, in milliseconds. */
  readonly productMs: number;
  readonly postgresMs: number;
}

export interface Load {
  readonly requests: number;
  readonly clients: number;
  readonly signal: AbortSignal;
}

// A tenth, and no fewer than 20: plans are made, pages of the indexes come into memory, code is compiled.
const warmUpOf = (requests: number): number => Math.max(20, Math.round(requests / 10));

const askAll = async (product: ProductProcess, kind: Kind, { requests, clients, signal }: Load, from: number) => {
  const times: number[] = [];
  let next = from;
  const client = async (): Promise<void> => {
    while (next < from + requests) {
      signal.throwIfAborted();
      const question = kind.ask(next++);
      const begun = performance.now();
      await product.ask(question);
      times.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return times.toSorted((a, b) => a - b);
};

const sum = (meters: ReturnType<ProcessMeters['read']>, isOf: (name: string) => boolean): number =>
  Object.entries(meters).reduce((all, [name, value]) => all + (isOf(name) ? value : 0), 0);
const isProduct = (name: string): boolean => name === 'cpu/product';

export const measureKinds = async (
  { product, postmaster }: { readonly product: ProductProcess; readonly postmaster: number },
  kinds: readonly Kind[],
  load: Load,
  onDone: (cost: Cost) => void,
): Promise<Cost[]> => {
  const watch = watchProcesses({ pids: () => ({ product: product.pid }), postmaster: () => postmaster, ownRoles: [] });
  const costs: Cost[] = [];
  try {
    for (const kind of kinds) {
      const warmUp = warmUpOf(load.requests);
      await askAll(product, kind, { ...load, requests: warmUp }, 0);
      const before = watch.read();
      const times = await askAll(product, kind, load, warmUp);
      const after = watch.read();
      const msOf = (isOf: (name: string) => boolean) =>
        ((sum(after, isOf) - sum(before, isOf)) * 1_000) / load.requests;
      const cost = {
        kind: kind.name,
        countsEverything: kind.countsEverything ?? false,
        p50Ms: percentile(times, 0.5),
        p95Ms: percentile(times, 0.95),
        productMs: msOf(isProduct),
        postgresMs: msOf((name) => !isProduct(name)),
      };
      costs.push(cost);
      onDone(cost);
    }
  } finally {
    watch.stop();
  }
  return costs;
};
