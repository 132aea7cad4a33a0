/** The queues of all services, for a restore: what waits there is of after the cut, or is sent again in any case. */
import { pino } from 'pino';
import type { EventsConfig } from '#platform/config/config.ts';
import type { Bus } from '#platform/messaging/bus/bus.ts';
import { createBus } from '#platform/messaging/bus/create-bus.ts';
import { subgraphNames } from '../services.ts';

/** Runs `work` on the bus and closes it. */
export const withBus = async <T>(config: EventsConfig, work: (bus: Bus) => Promise<T>): Promise<T> => {
  // Nobody is there to read a log; what fails is thrown.
  const bus = await createBus(config, pino({ level: 'silent' }));
  try {
    return await work(bus);
  } finally {
    await bus.close();
  }
};

/** How many messages each queue holds, dead letters among them. */
export const messagesIn = async (bus: Bus): Promise<ReadonlyMap<string, number>> => {
  const counts = new Map<string, number>();
  for (const name of subgraphNames) {
    const { waiting, active, delayed, dead } = await bus.counts(name);
    counts.set(name, waiting + active + delayed + dead);
  }
  return counts;
};

export const emptyQueues = async (bus: Bus): Promise<void> => {
  for (const name of subgraphNames) await bus.empty(name);
};
