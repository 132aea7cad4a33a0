import type { Email } from '#contracts/email.ts';
import type { UserId } from '#contracts/ids.ts';
import { type Clock, databaseTime } from '#platform/database/transaction.ts';
import type { PrismaClient } from '#prisma/user/client/client.ts';
import { defaultLocale, parseLocale } from '../../domain/account/locale.ts';
import type { ClaimedDelivery, DeliveryId } from '../../domain/mail/delivery.ts';
import type { MailKind } from '../../domain/mail/mail-kinds.ts';
import type { DeliveryQueue } from '../../usecases/mail/ports.ts';

export const deliveryQueue = (prisma: PrismaClient, clock: Clock = (time) => time): DeliveryQueue => ({
  now: async () => clock(await databaseTime(prisma)),
  claim: async ({ limit, now, until, messageIdDomain }) => {
    const rows = await prisma.$queryRaw<Row[]>`
      WITH claimed AS (
        UPDATE delivery SET next_attempt_at = ${until}, attempts = attempts + 1,
               message_id = COALESCE(message_id, '<' || id || '@' || ${messageIdDomain} || '>')
         WHERE id = ANY (ARRAY(SELECT id FROM delivery WHERE state = 'PENDING' AND next_attempt_at <= ${now}
                       ORDER BY next_attempt_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))
        RETURNING id, user_id, kind, params, attempts, message_id, created_at, email, locale)
      SELECT claimed.*, account.email AS account_email, account.locale AS account_locale, account.display_name,
             account.email_verified_at, account.closed_at
        FROM claimed JOIN user_account AS account ON account.id = claimed.user_id`;
    return rows.map(claimed);
  },
  finish: async (delivery, { state, reason, now }) => {
    await prisma.delivery.updateMany({
      where: mine(delivery),
      data: { state, lastError: reason ?? null, endedAt: now, email: null },
    });
  },
  postpone: async (delivery, until, reason) => {
    await prisma.delivery.updateMany({ where: mine(delivery), data: { nextAttemptAt: until, lastError: reason } });
  },
  pending: async () => {
    const [row] = await prisma.$queryRaw<{ count: number; oldest: number }[]>`
      SELECT count(*)::int AS count, COALESCE(EXTRACT(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 AS oldest
        FROM delivery WHERE state = 'PENDING'`;
    return { count: row?.count ?? 0, oldestSeconds: row?.oldest ?? 0 };
  },
});

/** Nobody else's attempt. */
const mine = ({ id, attempts }: ClaimedDelivery) => ({ id, attempts, state: 'PENDING' as const });

interface Row {
  readonly id: string;
  readonly user_id: string;
  readonly kind: MailKind;
  readonly params: object;
  readonly attempts: number;
  readonly message_id: string;
  readonly created_at: Date;
  readonly email: string | null;
  readonly locale: string | null;
  readonly account_email: string;
  readonly account_locale: string;
  readonly display_name: string;
  readonly email_verified_at: Date | null;
  readonly closed_at: Date | null;
}

/** Rows are trusted: `params` were those of `kind` on their way in. */
const claimed = (row: Row): ClaimedDelivery =>
  ({
    id: row.id as DeliveryId,
    userId: row.user_id as UserId,
    kind: row.kind,
    params: row.params,
    attempts: row.attempts,
    messageId: row.message_id,
    createdAt: row.created_at,
    recipient: row.closed_at && row.email === null ? undefined : recipientOf(row),
  }) as ClaimedDelivery;

const recipientOf = ({ email, account_email, locale, account_locale, display_name, email_verified_at }: Row) => ({
  email: (email ?? account_email) as Email,
  // Whoever has not shown that the address is theirs does not put words into mails to it.
  name: email_verified_at && email === null ? display_name : undefined,
  locale: parseLocale(locale ?? account_locale) ?? defaultLocale,
});
