/** The payment simulator as a server: main.ts and the tests start the same one. */
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { createHttpServer } from '#platform/http/server.ts';
import { createLog, type Logger } from '#platform/observability/log.ts';
import { createMetrics, type Registry } from '#platform/observability/metrics.ts';
import { withDeadline } from '#platform/resilience/deadline.ts';
import type { Faults } from './domain/faults.ts';
import { openPool } from './store/database.ts';

export interface SimulatorOptions {
  readonly databaseUrl: string;
  readonly host?: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly apiKey: string;
  /** Where its webhooks go and what signs them. */
  readonly webhook: { readonly url: string; readonly secret: string };
  /** The network latency of a request. */
  readonly latencyMs?: number;
  readonly faults?: Faults;
  readonly seed?: string;
  readonly log?: Logger;
  readonly metrics?: Registry;
  readonly isEnding?: () => boolean;
  /** For tests that move the time. */
  readonly clock?: (time: Date) => Date;
}

export interface Simulator {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

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
  const url = await http.listen({ host, port: options.port });
  return {
    port: portOf(http),
    url,
    close: async () => {
      await http.close();
      await pool.end();
    },
  };
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
