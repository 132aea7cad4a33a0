import { findMessage } from '../../../contracts/messages/index.ts';
import { type SubgraphName, subgraphNames } from '../../../contracts/services.ts';
import type { Breach, Databases, Rule } from '../rule.ts';

interface Sent extends Record<string, unknown> {
  position: string;
  id: string;
  type: string;
  version: number;
}

// 5,000 ids a query: a few hundred KiB, and a long history is read in pages.
const pageSize = 5_000;

const published = `
  SELECT position::text, id, type, version FROM outbox_message
   WHERE position > $1::bigint AND published_at IS NOT NULL AND published_at < $2
   ORDER BY position LIMIT ${pageSize}`;
const missing = `
  SELECT sent.id FROM unnest($1::text[]) AS sent(id)
   WHERE NOT EXISTS (SELECT 1 FROM inbox_message WHERE inbox_message.id = sent.id)`;

/** Also what finds dead letters, wherever the bus keeps them: a message that died has no inbox row. */
export const messagesArrive: Rule = {
  name: 'messages-arrive',
  promise: 'every published message was taken in by each of its receivers',
  check: async ({ databases, settledBefore }) => {
    const breaches: Breach[] = [];
    for (const owner of subgraphNames) {
      for (let position = '0'; ; ) {
        const page = await databases[owner]<Sent>(published, position, settledBefore);
        breaches.push(...(await notTakenIn(databases, owner, page)));
        const last = page.at(-1);
        if (!last || page.length < pageSize) break;
        position = last.position;
      }
    }
    return breaches;
  },
};

const notTakenIn = async (databases: Databases, owner: SubgraphName, page: readonly Sent[]): Promise<Breach[]> => {
  const breaches: Breach[] = [];
  for (const receiver of subgraphNames) {
    const due = page.filter(({ type, version }) => findMessage(type, version)?.receivers.includes(receiver));
    const types = new Map(due.map(({ id, type }) => [id, type]));
    const lost = await databases[receiver]<{ id: string }>(missing, [...types.keys()]);
    breaches.push(
      ...lost.map(({ id }) => ({
        ids: { message: id, from: owner, to: receiver },
        what: `${types.get(id)} was published and not taken in (is it a dead letter?)`,
      })),
    );
  }
  return breaches;
};
