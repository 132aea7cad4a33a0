import { readConfig } from '#platform/config/config.ts';
import { createLog } from '#platform/observability/log.ts';
import { createMetrics } from '#platform/observability/metrics.ts';
import { startTracing } from '#platform/observability/tracing-sdk.ts';
import { onShutdown } from '#platform/process/shutdown.ts';
import { exitOnRedisMisconfiguration } from '#platform/redis/server-checks.ts';
import { gatewayVariablesOf } from './config.ts';
import { help } from './help.ts';
import { wire } from './wiring.ts';

if (process.argv.includes('--help')) {
  process.stdout.write(help());
  process.exit();
}
const config = readConfig('gateway', gatewayVariablesOf(process.env));
await exitOnRedisMisconfiguration('gateway', config.REDIS_URL);
const log = createLog({ service: 'gateway', level: config.LOG_LEVEL });
const tracing = await startTracing('gateway', config, log);
const shutdown = onShutdown(log, config.SHUTDOWN_DEADLINE_MS);

const gateway = await wire(config, { log, metrics: createMetrics('gateway'), isRunning: () => shutdown.running });
shutdown.add('gateway', gateway.close);
shutdown.add('tracing', tracing.close);
const port = config.GATEWAY_PORT ?? config.PORT;
await gateway.http.listen({ host: config.HOST, port });
log.info({ port }, 'listening');
