/** What the outboxes have to publish once more, because its way to a receiver led through a queue that is no more. */

import { unprocessedMessages } from '../audit/unprocessed-messages.ts';
import { type DatabaseName, databaseNames } from '../services.ts';
import { type Connections, queriesOf } from './connections.ts';

// Whenever it was published: later than any clock says.
const ever = new Date('9999-12-31T00:00:00Z');

/**
 * Marks as unpublished exactly the messages that some receiver has not taken in at the cut; relays publish them again.
 * Whoever has taken one in knows it by its inbox. Returns how many, by sender.
 */
export const sendAgain = async (connections: Connections): Promise<Record<DatabaseName, number>> => {
  const counts = Object.fromEntries(databaseNames.map((name) => [name, 0])) as Record<DatabaseName, number>;
  for await (const page of unprocessedMessages(queriesOf(connections), ever)) {
    const [first] = page;
    if (!first) continue;
    const ids = [...new Set(page.map(({ id }) => id))];
    await connections[first.from].query('UPDATE outbox_message SET published_at = NULL WHERE id = ANY ($1)', [ids]);
    counts[first.from] += ids.length;
  }
  // The relays that held these are gone.
  for (const name of databaseNames)
    await connections[name].query('UPDATE outbox_message SET leased_until = NULL WHERE leased_until IS NOT NULL');
  return counts;
};
