/** Messages that were published and that a receiver has not processed, over all databases. */
import { findMessage } from '#contracts/messages/index.ts';
import { type DatabaseName, databaseNames } from '../services.ts';
import type { Databases, Watermark } from './rule.ts';

interface Sent extends Record<string, unknown> {
  /** pg gives a bigint as text. */
  readonly position: string;
  readonly id: string;
  readonly type: string;
  readonly version: number;
}

export interface UnprocessedMessage {
  readonly id: string;
  readonly type: string;
  readonly from: DatabaseName;
  readonly to: DatabaseName;
}

// 5,000 ids a query: a few hundred KiB, and a long history is read in pages.
const pageSize = 5_000;

const published = `
  SELECT o.position, o.id, o.type, o.version FROM outbox_message o
   WHERE o.position > $1::bigint AND o.published_at IS NOT NULL AND o.published_at < $2
   ORDER BY o.position LIMIT ${pageSize}`;
const missing = `
  SELECT sent.id FROM unnest($1::text[]) AS sent(id)
   WHERE NOT EXISTS (SELECT 1 FROM inbox_message WHERE inbox_message.id = sent.id)`;

/**
 * A page of each sender's history at a time, oldest first; with `since`, only what is newer. A message for several receivers
 * is returned once for each that misses it. Outboxes are read before inboxes, so what arrives meanwhile is not reported.
 */
export async function* unprocessedMessages(
  databases: Databases,
  publishedBefore: Date,
  since?: Watermark,
): AsyncGenerator<readonly UnprocessedMessage[]> {
  for (const from of databaseNames) {
    for (let position = since?.[from] ?? '0'; ; ) {
      const page = await databases[from]<Sent>(published, position, publishedBefore);
      yield await missingOf(databases, from, page);
      const last = page.at(-1);
      if (!last || page.length < pageSize) break;
      position = last.position;
    }
  }
}

const missingOf = async (
  databases: Databases,
  from: DatabaseName,
  page: readonly Sent[],
): Promise<UnprocessedMessage[]> => {
  const found = await Promise.all(
    databaseNames.map(async (to) => {
      const due = page.filter(({ type, version }) => findMessage(type, version)?.receivers.includes(to));
      if (due.length === 0) return [];
      const types = new Map(due.map(({ id, type }) => [id, type]));
      const lost = await databases[to]<{ id: string }>(missing, [...types.keys()]);
      return lost.map(({ id }) => ({ id, type: types.get(id) ?? '', from, to }));
    }),
  );
  return found.flat();
};
