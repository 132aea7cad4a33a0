import { subgraphNames } from '../../../contracts/services.ts';
import type { Rule } from '../rule.ts';

const sql = `
  SELECT aggregate_type, aggregate_id, count(*) AS messages, max(sequence) AS last
    FROM outbox_message
   GROUP BY aggregate_type, aggregate_id
  HAVING count(*) <> max(sequence) OR min(sequence) <> 1`;

export const historiesHaveNoGaps: Rule = {
  name: 'histories-have-no-gaps',
  promise: 'the messages of each thing are numbered from 1 without gaps',
  check: async ({ databases }) => {
    const gaps = await Promise.all(
      subgraphNames.map(async (service) =>
        (await databases[service](sql)).map((row) => ({
          ids: { [String(row.aggregate_type)]: String(row.aggregate_id), service },
          what: `${row.messages} messages, the last is number ${row.last}`,
        })),
      ),
    );
    return gaps.flat();
  },
};
