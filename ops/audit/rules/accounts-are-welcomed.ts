import { sqlRule } from '../rule.ts';

/** The one notification that is about no order; the others are in customers-are-told.ts. */
export const accountsAreWelcomed = sqlRule({
  name: 'accounts-are-welcomed',
  promise: 'a new customer is welcomed, once',
  scope: 'full',
  database: 'user',
  sql: `
    SELECT m.user_id, count(n.id) AS times
      FROM (SELECT data->>'userId' AS user_id FROM outbox_message
             WHERE type = 'user.registered' AND occurred_at < $1) m
      LEFT JOIN notification n ON n.user_id = m.user_id AND n.kind = 'WELCOME'
     GROUP BY m.user_id
    HAVING count(n.id) <> 1`,
  breach: ({ user_id, times }) => ({ ids: { user: String(user_id) }, what: `was welcomed ${times} times` }),
});
