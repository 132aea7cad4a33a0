import type { EventsConfig } from '../../config/config.ts';
import type { Logger } from '../../observability/log.ts';
import { bullmqBus } from './bullmq.ts';
import { type Bus, busLimits } from './bus.ts';
import { postgresBackend } from './postgres.ts';
import { redisBackend } from './redis.ts';

export { migrateBus } from './postgres.ts';

/** The bus over Redis or over PostgreSQL. Resolves also while the server is away: it connects when it can. */
export const createBus = async (
  { REDIS_URL, EVENTS_DATABASE_URL }: EventsConfig,
  log: Logger,
  limits = busLimits,
): Promise<Bus> => {
  if (REDIS_URL) return bullmqBus(redisBackend(REDIS_URL, limits, log), limits, log);
  if (EVENTS_DATABASE_URL) return bullmqBus(postgresBackend(EVENTS_DATABASE_URL, limits, log), limits, log);
  throw new Error('set REDIS_URL, or EVENTS_DATABASE_URL, for the events');
};
