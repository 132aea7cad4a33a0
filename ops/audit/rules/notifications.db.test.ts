import { seededViolations } from '../violations.fixture.ts';
import { notificationRules } from './notifications.ts';

seededViolations(
  notificationRules,
  [
    [
      'customers-are-notified-once',
      'one notification is missing',
      { user: `DELETE FROM notification WHERE id = 'ntf_2'` },
    ],
    [
      'customers-are-notified-once',
      'a message took effect twice',
      {
        user: `INSERT INTO notification SELECT (jsonb_populate_record(n, '{"id": "ntf_3"}')).* FROM notification n WHERE id = 'ntf_2'`,
      },
    ],
    [
      'new-accounts-get-one-welcome',
      'the notification is missing',
      { user: `DELETE FROM notification WHERE kind = 'WELCOME'` },
    ],
    [
      'new-accounts-get-one-welcome',
      'a message took effect twice',
      {
        user: `INSERT INTO notification SELECT (jsonb_populate_record(n, '{"id": "ntf_3"}')).* FROM notification n WHERE id = 'ntf_0'`,
      },
    ],
  ],
  [['an account that was closed', { user: `UPDATE user_account SET closed_at = now(); DELETE FROM notification` }]],
);
