/** The audit as a process that keeps running: `npm run audit -- --every 60`. */

import { readConfig } from '#platform/config/config.ts';
import { createHttpServer } from '#platform/http/server.ts';
import { createLog, type Logger } from '#platform/observability/log.ts';
import { createMetrics } from '#platform/observability/metrics.ts';
import { onShutdown } from '#platform/process/shutdown.ts';
import { onTermination } from '#platform/process/termination.ts';
import type { DatabaseUrls } from '../addresses.ts';
import { findDatabases } from '../addresses.ts';
import { subgraphNames } from '../services.ts';
import { auditRound } from './audit.ts';
import { auditMetrics } from './auditor-metrics.ts';
import { type Rounds, startRounds } from './rounds.ts';
import { auditorVariables } from './variables.ts';

const service = 'auditor';

export interface AuditorOptions {
  readonly urls: DatabaseUrls;
  readonly everyMs: number;
  readonly settleMs: number;
  readonly host: string;
  readonly port: number;
  readonly log: Logger;
  readonly isEnding?: () => boolean;
}

export interface Auditor {
  readonly port: number;
  close(): Promise<void>;
}

/** Audits and answers `/health/*` and `/metrics`. Ready while the latest audit could be made. */
export const openAuditor = async (options: AuditorOptions): Promise<Auditor> => {
  const { urls, everyMs, settleMs, host, port, log, isEnding = () => false } = options;
  const metrics = createMetrics(service);
  const measured = auditMetrics(metrics);
  let rounds: Rounds | undefined;
  const http = createHttpServer({
    log,
    metrics,
    notReady: async () => [...(isEnding() ? ['shutting down'] : []), ...(rounds?.couldBeMade ? [] : ['an audit'])],
  });
  // First: a process that cannot be asked should end, and not audit on.
  await http.listen({ host, port });
  rounds = startRounds({
    audit: (signal, since) => auditRound(urls, { settleMs, signal, since }),
    everyMs,
    measured,
    log,
  });
  return {
    port: (http.server.address() as { port: number }).port,
    close: async () => {
      await http.close();
      await rounds?.close();
    },
  };
};

export interface AuditorFlags {
  readonly everyMs: number;
  readonly settleMs: number;
  /** Instead of AUDITOR_PORT. */
  readonly port?: number | undefined;
  /** Whose databases, when the environment names none. */
  readonly dataDir: string;
}

/** Until the process is told to end, which it does with exit code 0. */
export const runAuditor = async ({ everyMs, settleMs, port, dataDir }: AuditorFlags): Promise<void> => {
  const found = namesDatabases() ? {} : asVariables(await findDatabases(process.env, dataDir));
  const config = readConfig(service, auditorVariables, { ...process.env, ...found });
  const log = createLog({ service, level: config.LOG_LEVEL });
  const shutdown = onShutdown(log, config.SHUTDOWN_DEADLINE_MS);
  const auditor = await openAuditor({
    urls: {
      user: config.USER_DATABASE_URL,
      product: config.PRODUCT_DATABASE_URL,
      order: config.ORDER_DATABASE_URL,
      payment: config.PAYMENT_DATABASE_URL,
    },
    everyMs,
    settleMs,
    host: config.HOST,
    port: port ?? config.AUDITOR_PORT,
    log,
    isEnding: () => !shutdown.running,
  });
  shutdown.add(service, auditor.close);
  onTermination((cause) => cause === 'npm is gone' && process.kill(process.pid, 'SIGTERM'));
  log.info({ port: auditor.port, everySeconds: everyMs / 1_000 }, 'listening');
};

const variableOf = (name: string): string => `${name.toUpperCase()}_DATABASE_URL`;

/** One is enough: that others are missing is a fault of the environment then, which `readConfig` tells. */
const namesDatabases = (): boolean =>
  subgraphNames.map(variableOf).some((name) => process.env[name] || process.env[`${name}_FILE`]);

const asVariables = (urls: DatabaseUrls): Record<string, string> =>
  Object.fromEntries(subgraphNames.map((name) => [variableOf(name), urls[name]]));
