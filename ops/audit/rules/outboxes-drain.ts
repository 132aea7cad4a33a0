import { subgraphNames } from '../../services.ts';
import type { SystemRule } from '../rule.ts';

const sql = `
  SELECT id, type, occurred_at FROM outbox_message
   WHERE published_at IS NULL AND occurred_at < $1
   ORDER BY position`;

export const outboxesDrain: SystemRule = {
  name: 'outboxes-drain',
  promise: 'no message waits in an outbox for longer than the settling time',
  scope: 'always',
  check: async ({ databases, settledBefore }) => {
    const stuck = await Promise.all(
      subgraphNames.map(async (service) =>
        (await databases[service]<{ id: string; type: string; occurred_at: Date }>(sql, settledBefore)).map((row) => ({
          ids: { message: row.id, service },
          what: `${row.type} waits since ${row.occurred_at.toISOString()}`,
        })),
      ),
    );
    return stuck.flat();
  },
};
