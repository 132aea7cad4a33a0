/** Dead letters of a queue, for a person: all of them, and back into the queue. */
import type { Bus, DeadLetter } from '#platform/messaging/bus/bus.ts';

// 50: what the bus gives at once when nobody says otherwise.
const pageSize = 50;

/** All that are there now, newest first. */
export const allDeadLetters = async (bus: Bus, queue: string): Promise<readonly DeadLetter[]> => {
  const letters = new Map<string, DeadLetter>();
  // As many pages as there are now: what dies meanwhile is for the next time, and shows up in front.
  const { dead } = await bus.counts(queue);
  for (let offset = 0; offset < dead; offset += pageSize)
    for (const letter of await bus.deadLetters(queue, { offset, limit: pageSize })) letters.set(letter.id, letter);
  return [...letters.values()];
};

/** Puts these back, oldest first, and returns how many were still there. */
export const redriveEach = async (bus: Bus, queue: string, ids: readonly string[]): Promise<number> => {
  let redriven = 0;
  for (const id of ids.toReversed()) if (await bus.redrive(queue, id)) redriven++;
  return redriven;
};

/**
 * A line each. Never the message itself: that of an authorization holds the customer's payment token.
 * A reason may be as long as a stack trace; its beginning says what it is.
 */
export const deadLetterLines = (queue: string, letters: readonly DeadLetter[]): readonly string[] =>
  letters.map(({ id, type, failedAt, attempts, reason }) =>
    [queue, id, failedAt.toISOString(), type, `${attempts} tries`, reason.split('\n', 1)[0]?.slice(0, 200)].join('  '),
  );
