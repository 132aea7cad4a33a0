import type { Prisma } from '#prisma/user/client/client.ts';
import { mailsCountSince, mailsPerHour } from '../../domain/account/mail-quota.ts';
import type { MailQuotaStore } from '../../usecases/account/ports.ts';

export const mailQuotaStore = (tx: Prisma.TransactionClient, now: Date): MailQuotaStore => ({
  take: async (email, kind) => {
    const since = mailsCountSince(now);
    // One statement, because requests for one address are concurrent. It counts one beyond the quota and no further.
    const [row] = await tx.$queryRaw<{ sent: number }[]>`
      INSERT INTO mail_quota AS q (email, kind, sent, since) VALUES (${email}, ${kind}, 1, ${now})
      ON CONFLICT (email, kind) DO UPDATE SET
        sent = CASE WHEN q.since > ${since} THEN LEAST(q.sent, ${mailsPerHour}) + 1 ELSE 1 END,
        since = CASE WHEN q.since > ${since} THEN q.since ELSE excluded.since END
      RETURNING sent`;
    return row !== undefined && row.sent <= mailsPerHour;
  },
  dropOld: async (limit) => {
    const { count } = await tx.mailQuota.deleteMany({ where: { since: { lte: mailsCountSince(now) } }, limit });
    return count;
  },
});
