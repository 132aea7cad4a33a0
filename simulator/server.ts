/** The payment simulator as a server: main.ts and the tests start the same one. */
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { createHttpServer } from '#platform/http/server.ts';
import { createLog, type Logger } from '#platform/observability/log.ts';
import { Counter, createMetrics, type Registry } from '#platform/observability/metrics.ts';
import { startPeriodic } from '#platform/process/periodic.ts';
import { withDeadline } from '#platform/resilience/deadline.ts';
import { type Chance, chanceOf, type Faults } from './domain/faults.ts';
import { serveAuthentication } from './http/authenticate.ts';
import { serveCalls, type World } from './http/calls.ts';
import { customers } from './http/customers.ts';
import { paymentIntents } from './http/payment-intents.ts';
import { refunds } from './http/refunds.ts';
import { testHelpers } from './http/test-helpers.ts';
import { openPool } from './store/database.ts';
import { forgetKeys, happenAllDue } from './store/due.ts';
import { deliverWebhooks } from './store/events.ts';

export interface SimulatorOptions {
  readonly databaseUrl: string;
  readonly host?: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly apiKey: string;
  /** Where its webhooks go and what signs them. */
  readonly webhook: { readonly url: string; readonly secret: string };
  /** Where a customer's browser reaches its pages. Its own address by default. */
  readonly publicUrl?: string | undefined;
  /** The network latency of a request. */
  readonly latencyMs?: number;
  readonly faults?: Faults;
  readonly seed?: string;
  readonly log?: Logger;
  readonly metrics?: Registry;
  readonly isEnding?: () => boolean;
  /** For tests that move the time. */
  readonly clock?: (time: Date) => Date;
  /** How long slow requests take; for tests that decide when they arrive. */
  readonly slowness?: () => Promise<unknown>;
  /** False for tests that take its rounds themselves. */
  readonly isPeriodic?: boolean;
}

export interface Simulator {
  readonly port: number;
  readonly url: string;
  /** One round of what happens by itself, and of webhooks. */
  happen(): Promise<void>;
  close(): Promise<void>;
}

// 250 ms: about as fast as a real provider's webhooks.
const everyMs = 250;
// 7 s: longer than clients wait, PROVIDER_TIMEOUT_MS, and the pause before they try again.
const slowMs = 7_000;
// 1 h: what lingers a little longer costs nothing.
const forgetEveryMs = 60 * 60 * 1_000;

export const startSimulator = async (options: SimulatorOptions): Promise<Simulator> => {
  const {
    host = '127.0.0.1',
    log = createLog({ service: 'simulator', level: 'silent' }),
    metrics = createMetrics('simulator'),
    isEnding = () => false,
  } = options;
  const pool = openPool(options.databaseUrl, (error) => log.warn({ err: error }, 'connection lost'));
  const http = createHttpServer({
    log,
    metrics,
    notReady: async () => [...(isEnding() ? ['shutting down'] : []), ...((await answers(pool)) ? [] : ['database'])],
  });
  const ending = new AbortController();
  const { apiKey, latencyMs = 0, clock = (time: Date) => time, faults = {}, seed = '' } = options;
  const chance = counted(chanceOf(faults, seed), metrics);
  const publicUrl = () => options.publicUrl ?? `http://${host}:${portOf(http)}`;
  const { slowness = () => pause(slowMs, undefined, { signal: ending.signal }) } = options;
  const world: World = {
    ...{ pool, clock, apiKey, latencyMs, chance, publicUrl },
    ...{ slowness, slow: new Set(), ending: ending.signal },
  };
  serveCalls(http, [...paymentIntents, ...refunds, ...customers, ...testHelpers], world);
  serveAuthentication(http, world);
  const url = await http.listen({ host, port: options.port });

  const due = happenAllDue(pool, clock);
  const deliver = deliverWebhooks({ pool, webhook: options.webhook, chance });
  const tasks = [
    { name: 'settle payments', everyMs, run: due },
    { name: 'deliver webhooks', everyMs, run: deliver },
    { name: 'forget old idempotency keys', everyMs: forgetEveryMs, run: forgetKeys(pool, clock) },
  ];
  const periodic = options.isPeriodic === false ? undefined : startPeriodic(tasks, { log, metrics });
  return {
    port: portOf(http),
    url,
    happen: async () => {
      await due();
      await deliver();
    },
    close: async () => {
      ending.abort();
      await http.close();
      await periodic?.close();
      await pool.end();
    },
  };
};

/** Says which faults there were: a run that had none proves nothing. */
const counted = (chance: Chance, metrics: Registry): Chance => {
  const faults = new Counter({
    name: 'agora_simulator_faults_total',
    help: 'Faults that SIMULATOR_FAULTS has made, by kind.',
    labelNames: ['kind'],
    registers: [metrics],
  });
  return (kind, subject) => {
    const isHit = chance(kind, subject);
    if (isHit) faults.inc({ kind });
    return isHit;
  };
};

/**
 * Where another provider was chosen: answers probes and nothing else. It stays, because `docker compose up --wait` takes a
 * container that has ended for one that has failed.
 */
export const startIdle = async (
  options: Pick<SimulatorOptions, 'host' | 'port'> & Required<Pick<SimulatorOptions, 'log' | 'metrics'>>,
): Promise<Pick<Simulator, 'port' | 'close'>> => {
  const { host = '127.0.0.1', port, log, metrics } = options;
  const http = createHttpServer({ log, metrics, notReady: async () => [] });
  await http.listen({ host, port });
  return { port: portOf(http), close: async () => void (await http.close()) };
};

const portOf = (http: FastifyInstance): number => (http.server.address() as { port: number }).port;

// 2 s: a database that answers does so in a millisecond, and readiness probes give up after a few seconds.
const answerWithinMs = 2_000;

const answers = (pool: pg.Pool): Promise<boolean> =>
  withDeadline(
    answerWithinMs,
    pool.query('SELECT 1').then(
      () => true,
      () => false,
    ),
    () => false,
  );
