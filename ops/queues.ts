/** The queues of the services, for operators: counts, emptying, dead letters. */
import { pino } from 'pino';
import type { EventsConfig } from '#platform/config/config.ts';
import type { Bus, DeadLetter } from '#platform/messaging/bus/bus.ts';
import { createBus } from '#platform/messaging/bus/create-bus.ts';
import { databaseNames } from './services.ts';

/** Runs `work` on the bus and closes it. */
export const withBus = async <T>(config: EventsConfig, work: (bus: Bus) => Promise<T>): Promise<T> => {
  // No log: what fails is thrown.
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
  for (const name of databaseNames) {
    const { waiting, active, delayed, dead } = await bus.counts(name);
    counts.set(name, waiting + active + delayed + dead);
  }
  return counts;
};

export const emptyQueues = async (bus: Bus): Promise<void> => {
  for (const name of databaseNames) await bus.empty(name);
};

// 50: the default page of the bus.
const pageSize = 50;

/** All dead letters of a queue, newest first. */
export const allDeadLetters = async (bus: Bus, queue: string): Promise<readonly DeadLetter[]> => {
  const letters = new Map<string, DeadLetter>();
  // As many pages as there are now: what dies meanwhile appears in front, and is for the next call.
  const { dead } = await bus.counts(queue);
  for (let offset = 0; offset < dead; offset += pageSize)
    for (const letter of await bus.deadLetters(queue, { offset, limit: pageSize })) letters.set(letter.id, letter);
  return [...letters.values()];
};

/** Puts these back into the queue, oldest first; returns how many were still there. */
export const redriveEach = async (bus: Bus, queue: string, ids: readonly string[]): Promise<number> => {
  let redriven = 0;
  for (const id of ids.toReversed()) if (await bus.redrive(queue, id)) redriven++;
  return redriven;
};

/**
 * One line each, without the message's data: an authorization holds the customer's payment token. Of the reason, which may be
 * a whole stack trace, only the beginning.
 */
export const deadLetterLines = (queue: string, letters: readonly DeadLetter[]): readonly string[] =>
  letters.map(({ id, type, failedAt, attempts, reason }) =>
    [queue, id, failedAt.toISOString(), type, `${attempts} tries`, reason.split('\n', 1)[0]?.slice(0, 200)].join('  '),
  );
