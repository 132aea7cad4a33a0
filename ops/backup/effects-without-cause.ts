/** Holds a cut to its promise by the ids of its events: whatever a service has taken in, its sender has sent. */
import { messages } from '#contracts/messages/index.ts';
import type { Databases } from '../audit/rule.ts';
import { type DatabaseName, databaseNames } from '../services.ts';

interface Received extends Record<string, unknown> {
  readonly id: string;
  readonly type: string;
}

export interface EffectWithoutCause extends Received {
  readonly processedBy: DatabaseName;
}

// 5,000 ids a query, as in the audit: a few hundred KiB.
const pageSize = 5_000;

const received = `SELECT id, type FROM inbox_message WHERE id > $1 ORDER BY id LIMIT ${pageSize}`;
const unsent = `
  SELECT received.id FROM unnest($1::text[]) AS received(id)
   WHERE NOT EXISTS (SELECT 1 FROM outbox_message WHERE outbox_message.id = received.id)`;

/** Messages that were taken in at the cut and that none who may have sent them has in its outbox there. */
export const effectsWithoutCause = async (databases: Databases): Promise<readonly EffectWithoutCause[]> => {
  const found: EffectWithoutCause[] = [];
  for (const processedBy of databaseNames) {
    for (let after = ''; ; ) {
      const page = await databases[processedBy]<Received>(received, after);
      const orphans = await withoutSender(databases, page);
      found.push(...orphans.map((orphan) => ({ ...orphan, processedBy })));
      const last = page.at(-1);
      if (!last || page.length < pageSize) break;
      after = last.id;
    }
  }
  return found;
};

const withoutSender = async (databases: Databases, page: readonly Received[]): Promise<readonly Received[]> => {
  const left = new Map(page.map((message) => [message.id, message]));
  for (const sender of databaseNames) {
    const asked = [...left.values()].filter(({ type }) => sendersOf(type).includes(sender)).map(({ id }) => id);
    const unknown = new Set((await databases[sender]<{ id: string }>(unsent, asked)).map(({ id }) => id));
    for (const id of asked) if (!unknown.has(id)) left.delete(id);
  }
  return [...left.values()];
};

/** Anybody may have sent what this release does not know. */
const sendersOf = (type: string): readonly DatabaseName[] => {
  const owners = databaseNames.filter((name) =>
    messages.some((message) => message.type === type && message.owner === name),
  );
  return owners.length > 0 ? owners : databaseNames;
};
