import type { Logger } from '../../observability/log.ts';
import type { Bus } from './bus.ts';
import { busLimits } from './limits.ts';
import { migrateQueues, postgresBackend } from './postgres.ts';
import { queueBus } from './queue-bus.ts';
import { redisBackend } from './redis.ts';

export type BusConfig = { readonly redisUrl: string } | { readonly eventsDatabaseUrl: string };

/** The bus over Redis or over PostgreSQL. Resolves also while the server is away: it connects when it can. */
export const createBus = async (config: BusConfig, log: Logger, limits = busLimits): Promise<Bus> =>
  queueBus(
    'redisUrl' in config
      ? redisBackend(config.redisUrl, limits, log)
      : postgresBackend(config.eventsDatabaseUrl, limits, log),
    limits,
    log,
  );

/** Prepares the events database. Called once by whoever starts the system; workers wait until it is done. */
export const migrateBus = (eventsDatabaseUrl: string, signal?: AbortSignal): Promise<void> =>
  migrateQueues(eventsDatabaseUrl, signal);
