import { readConfig } from '../platform/config.ts';
import { createLog } from '../platform/log.ts';
import { createMetrics } from '../platform/metrics.ts';
import { onShutdown } from '../platform/shutdown.ts';
import { gatewayVariables } from './config.ts';
import { wire } from './wiring.ts';

const config = readConfig('gateway', gatewayVariables);
const log = createLog({ service: 'gateway', level: config.LOG_LEVEL });
const shutdown = onShutdown(log, config.SHUTDOWN_DEADLINE_MS);

const gateway = await wire(config, { log, metrics: createMetrics('gateway'), isRunning: () => shutdown.running });
shutdown.add('gateway', gateway.close);
await gateway.http.listen({ host: config.HOST, port: config.GATEWAY_PORT });
log.info({ port: config.GATEWAY_PORT }, 'listening');
