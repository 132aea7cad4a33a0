import { createHash, randomBytes } from 'node:crypto';
import type { Email } from '#contracts/email.ts';
import type { UserId } from '#contracts/ids.ts';
import type { Prisma } from '#prisma/user/client/client.ts';
import { tokenLifeMs } from '../../domain/mail/mail-kinds.ts';
import type { OneTimeTokenStore } from '../../usecases/mail/ports.ts';

/** Not a slow hash: a secret of 256 random bits cannot be guessed, unlike a password. */
const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

export const oneTimeTokenStore = (tx: Prisma.TransactionClient, now: Date): OneTimeTokenStore => ({
  mint: async ({ userId, purpose, email, requestedAt }) => {
    const token = randomBytes(32).toString('base64url');
    const expiresAt = new Date(now.getTime() + tokenLifeMs[purpose]);
    await tx.oneTimeToken.create({
      data: { hash: hashOf(token), userId, purpose, email, requestedAt, createdAt: now, expiresAt },
      select: { hash: true },
    });
    return token;
  },
  find: async (token, purpose) => {
    const row = await tx.oneTimeToken.findUnique({
      where: { hash: hashOf(token), purpose, expiresAt: { gt: now } },
      select: { userId: true, email: true, requestedAt: true, usedAt: true },
    });
    return row ? { ...row, userId: row.userId as UserId, email: row.email as Email } : undefined;
  },
  consume: async (token, purpose) => {
    // The condition is in the statement that writes: of two at once, the second waits and then finds it used.
    const [used] = await tx.oneTimeToken.updateManyAndReturn({
      where: { hash: hashOf(token), purpose, usedAt: null, expiresAt: { gt: now } },
      data: { usedAt: now },
      select: { userId: true, email: true },
    });
    if (!used) return undefined;
    await tx.oneTimeToken.updateMany({
      where: { userId: used.userId, purpose, usedAt: null },
      data: { usedAt: now },
    });
    return { userId: used.userId as UserId, email: used.email as Email };
  },
  dropExpired: async (limit) => {
    const { count } = await tx.oneTimeToken.deleteMany({ where: { expiresAt: { lte: now } }, limit });
    return count;
  },
});
