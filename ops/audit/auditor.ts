/** The audit as a process that keeps running: `npm run audit -- --every 60`. */
import { z } from 'zod';
import { processVariables, readConfig, variable } from '#platform/config/config.ts';
import { createHttpServer } from '#platform/http/server.ts';
import { createLog, type Logger } from '#platform/observability/log.ts';
import { createMetrics } from '#platform/observability/metrics.ts';
import { onShutdown } from '#platform/process/shutdown.ts';
import { onTermination } from '#platform/process/termination.ts';
import { type DatabaseUrls, findDatabases } from '../addresses.ts';
import {
  type AnyDatabaseName,
  allDatabaseNames,
  type DatabaseName,
  databaseNames,
  type OutsideName,
  outsiders,
  variableOf,
} from '../services.ts';
import { auditRound } from './audit.ts';
import { auditMetrics, type Rounds, startRounds } from './rounds.ts';

const service = 'auditor';

const urlVariable = <Name extends AnyDatabaseName>(name: Name) =>
  variableOf(name, 'DATABASE_URL') as `${Uppercase<Name>}_DATABASE_URL`;
const database = variable.database();
const databaseVariables = Object.fromEntries(databaseNames.map((name) => [urlVariable(name), database])) as Record<
  `${Uppercase<DatabaseName>}_DATABASE_URL`,
  typeof database
>;
// Where they run: then their books are compared with ours.
const outsideVariables = Object.fromEntries(
  outsiders.map(({ name }) => [urlVariable(name), database.optional()]),
) as Record<`${Uppercase<OutsideName>}_DATABASE_URL`, ReturnType<typeof database.optional>>;

/**
 * Includes those of every process, so that a deployment need not make an exception, but it sends no traces. A role that may
 * read everything (`pg_read_all_data`) is enough for the databases.
 */
export const auditorVariables = z.object({
  ...processVariables,
  AUDITOR_PORT: variable.port(4006),
  ...databaseVariables,
  ...outsideVariables,
});

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

/** Audits, and serves `/health/*` and `/metrics`. Ready while the latest audit completed. */
export const openAuditor = async (options: AuditorOptions): Promise<Auditor> => {
  const { urls, everyMs, settleMs, host, port, log, isEnding = () => false } = options;
  const metrics = createMetrics(service);
  let rounds: Rounds | undefined;
  const http = createHttpServer({
    log,
    metrics,
    notReady: async () => [...(isEnding() ? ['shutting down'] : []), ...(rounds?.isHealthy ? [] : ['an audit'])],
  });
  // First: a process that cannot be probed should end and not go on auditing.
  await http.listen({ host, port });
  rounds = startRounds({
    audit: (signal, since) => auditRound(urls, { settleMs, signal, since }),
    everyMs,
    metrics: auditMetrics(metrics),
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

/** Until the process is terminated; exit code 0. */
export const runAuditor = async ({ everyMs, settleMs, port, dataDir }: AuditorFlags): Promise<void> => {
  const found = namesDatabases() ? {} : asVariables(await findDatabases(process.env, dataDir));
  const config = readConfig(service, auditorVariables, { ...process.env, ...found });
  const log = createLog({ service, level: config.LOG_LEVEL });
  const shutdown = onShutdown(log, config.SHUTDOWN_DEADLINE_MS);
  const auditor = await openAuditor({
    urls: Object.fromEntries(allDatabaseNames.map((name) => [name, config[urlVariable(name)]])) as DatabaseUrls,
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

/** One is enough: `readConfig` then reports those that are missing. */
const namesDatabases = (): boolean =>
  databaseNames.map(urlVariable).some((name) => process.env[name] || process.env[`${name}_FILE`]);

const asVariables = (urls: DatabaseUrls): Record<string, string> =>
  Object.fromEntries(allDatabaseNames.flatMap((name) => (urls[name] ? [[urlVariable(name), urls[name]]] : [])));
