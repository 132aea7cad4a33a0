/** Starts the payment simulator. */
import { readConfig } from '#platform/config/config.ts';
import { createLog } from '#platform/observability/log.ts';
import { createMetrics } from '#platform/observability/metrics.ts';
import { startTracing } from '#platform/observability/tracing-sdk.ts';
import { onShutdown } from '#platform/process/shutdown.ts';
import { isChosen, simulatorVariables } from './config.ts';
import { startIdle, startSimulator } from './server.ts';

const name = 'simulator';
const config = readConfig(name, simulatorVariables);
const log = createLog({ service: name, level: config.LOG_LEVEL });
const metrics = createMetrics(name);
const tracing = await startTracing(name, config, log);
const shutdown = onShutdown(log, config.SHUTDOWN_DEADLINE_MS);
const start = isChosen(config) ? startSimulator : startIdle;
const simulator = await start({
  databaseUrl: config.SIMULATOR_DATABASE_URL,
  host: config.HOST,
  port: config.SIMULATOR_PORT,
  apiKey: config.SIMULATOR_API_KEY,
  webhook: { url: config.SIMULATOR_WEBHOOK_URL, secret: config.SIMULATOR_WEBHOOK_SECRET },
  latencyMs: config.SIMULATOR_LATENCY_MS,
  faults: config.SIMULATOR_FAULTS,
  seed: config.SIMULATOR_FAULTS_SEED,
  log,
  metrics,
  isEnding: () => !shutdown.running,
});
shutdown.add(name, simulator.close);
shutdown.add('tracing', tracing.close);
log.info({ port: simulator.port }, isChosen(config) ? 'listening' : 'idle: another provider moves the money');
