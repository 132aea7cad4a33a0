import { type SubgraphName, subgraphNames } from '../../services.ts';
import type { Breach, Query, SystemRule } from '../rule.ts';

// 20,000 messages a statement: a fraction of a second.
const pageSize = 20_000;

const sql = `
  SELECT m.aggregate_type, m.aggregate_id, m.sequence
    FROM outbox_message m
   WHERE m.position > $1::bigint AND m.position <= $1::bigint + ${pageSize} AND m.sequence <> 1
     AND NOT EXISTS (SELECT 1 FROM outbox_message before
                      WHERE before.aggregate_type = m.aggregate_type AND before.aggregate_id = m.aggregate_id
                        AND before.sequence = m.sequence - 1)`;

/** The number before is there for each: with the unique index on them, that makes 1, 2, 3 … */
export const historiesHaveNoGaps: SystemRule = {
  name: 'histories-have-no-gaps',
  promise: 'the messages of each thing are numbered from 1 without gaps',
  scope: 'moved',
  check: async ({ databases, moved }) => {
    const gaps = await Promise.all(
      subgraphNames.map((service) => gapsOf(service, databases[service], Number(moved?.since[service] ?? 0))),
    );
    return gaps.flat();
  },
};

const gapsOf = async (service: SubgraphName, outbox: Query, since: number): Promise<Breach[]> => {
  const breaches: Breach[] = [];
  const last = await lastPosition(outbox);
  for (let after = since; after < last; after += pageSize)
    breaches.push(
      ...(await outbox(sql, after)).map(({ aggregate_type, aggregate_id, sequence }) => ({
        ids: { [String(aggregate_type)]: String(aggregate_id), service },
        what: `has a message number ${sequence} and none before it`,
      })),
    );
  return breaches;
};

const lastPosition = async (outbox: Query): Promise<number> => {
  const [row] = await outbox<{ last: string | null }>('SELECT max(position) AS last FROM outbox_message');
  return Number(row?.last ?? 0);
};
