import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { folderOf, type Service, type ServiceName, servicesFor } from '#ops/services.ts';
import type { ServiceDescriptor } from '#platform/service/descriptor.ts';
import { type Facts, serviceEnvironment } from '../environment.ts';
import type { ProcessList } from './leftovers.ts';
import { afterDeath, leaveDead, type Supervised, supervise } from './supervise.ts';

// A service drains for at most 10 s (SHUTDOWN_DEADLINE_MS) and then ends itself.
const graceMs = 12_000;

/** The processes of a running system. */
export type Services = {
  urls: Record<ServiceName, string>;
  /** Services that are not running now: they died too often, or are down on purpose. */
  down: () => ServiceName[];
  pid: (service: ServiceName) => number | undefined;
  /** Waits until each was ready once, was given up, or took too long; returns those that were not. */
  allReady: (signal?: AbortSignal) => Promise<ServiceName[]>;
  /** kill -9; it stays down until `restart`. To see it come back by itself, kill `pid(service)`. */
  kill: (service: ServiceName) => Promise<void>;
  /** Stops it if it runs, starts it, waits until it is ready. Throws when it does not become ready. */
  restart: (service: ServiceName) => Promise<void>;
  /** The gateway first, so that no request meets a missing subgraph. */
  stop: (how: { atOnce: boolean }) => Promise<void>;
};

/** What starts a service: its own command in its folder, or Node on its main.ts. */
export const programOf = (service: ServiceDescriptor, root: string) => {
  const folder = path.join(root, folderOf(service));
  const [command = '', ...args] = service.program?.command ?? [process.execPath, path.join(folder, 'main.ts')];
  return { name: service.name, command, args, cwd: service.program ? folder : root };
};

export const startServices = (options: {
  facts: Facts;
  root: string;
  processes: ProcessList;
  onLine: (source: string, line: string) => void;
  comesBack: boolean;
}): Services => {
  const { facts, root, processes, onLine, comesBack } = options;
  const services = servicesFor(facts.env);
  const serviceNames = services.map(({ name }) => name);
  const entries = services.map((service) => [service.name, superviseService(service)] as const);
  // An outside system that was not chosen is not among them.
  const all = Object.fromEntries(entries) as Record<ServiceName, Supervised>;
  const urls = Object.fromEntries(
    serviceNames.map((name) => [name, `http://127.0.0.1:${facts.ports[name]}`]),
  ) as Services['urls'];
  for (const service of serviceNames) all[service].start();

  function superviseService(service: Service): Supervised {
    const { name } = service;
    // Compiled once and remembered by Node: a third of the work of a start.
    const compileCache = service.program
      ? {}
      : { NODE_COMPILE_CACHE: path.join(root, 'node_modules/.cache/agora/compiled') };
    const program = {
      ...programOf(service, root),
      env: { ...compileCache, ...serviceEnvironment(facts, name) },
      policy: comesBack ? afterDeath : leaveDead,
    };
    return supervise(program, {
      onLine: (line) => onLine(name, line),
      onNotice: (sentence) => onLine('launcher', `${name} ${sentence}`),
      onStart: (pid) => processes.add(name, pid),
    });
  }

  return {
    urls,
    down: () => serviceNames.filter((service) => ['down', 'failed'].includes(all[service].state)),
    pid: (service) => all[service]?.pid,
    allReady: async (signal) => {
      const aborted = signal ? rejectionOf(signal) : undefined;
      const outcomes = Promise.all(serviceNames.map((service) => becomesReady(all[service], urls[service])));
      const reached = await (aborted ? Promise.race([outcomes, aborted]) : outcomes);
      return serviceNames.filter((service, index) => {
        const outcome = reached[index];
        if (outcome === 'ready' || outcome === undefined) return false;
        onLine('launcher', `${service} is not ready: ${outcome.because}`);
        return true;
      });
    },
    kill: (service) => all[service].kill(),
    restart: async (service) => {
      await all[service].stop(graceMs);
      all[service].start();
      const outcome = await becomesReady(all[service], urls[service]);
      if (outcome !== 'ready') throw new Error(`${service} does not become ready: ${outcome.because}`);
    },
    stop: async ({ atOnce }) => {
      const end = (service: ServiceName): Promise<void> => (atOnce ? all[service].kill() : all[service].stop(graceMs));
      await end('gateway');
      await Promise.all(serviceNames.filter((name) => name !== 'gateway').map(end));
    },
  };
};

const rejectionOf = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

// 60 s: a first start on a slow, busy machine; a warm one takes two or three.
const defaultDeadlineMs = 60_000;

/** Waits until the process answers on /health/ready. Returns what is in the way when it was given up, is down, or takes too long. */
export const becomesReady = async (
  process: Pick<Supervised, 'state'>,
  url: string,
  deadlineMs = defaultDeadlineMs,
): Promise<'ready' | { because: string }> => {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    if (process.state === 'failed' || process.state === 'down') return { because: 'it is not running' };
    const missing = await whatIsMissing(url);
    if (missing === undefined) return 'ready';
    if (Date.now() > deadline) return { because: missing };
    await sleep(50);
  }
};

const whatIsMissing = async (url: string): Promise<string | undefined> => {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) });
    const answer = await response.text();
    return response.ok ? undefined : `it says ${answer}`;
  } catch {
    return 'it does not answer';
  }
};
