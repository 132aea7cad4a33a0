import type { Prisma } from '../../../prisma/user/client/client.ts';
import type { SignInAttemptStore } from '../usecases/ports.ts';

const columns = { failures: true, lastFailedAt: true } as const;

export const signInAttemptStore = (tx: Prisma.TransactionClient): SignInAttemptStore => ({
  lock: async (email) => {
    // An advisory lock, because before the first failure there is no row that could be locked.
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`sign-in-attempts:${email}`}, 0))`;
    return (await tx.signInAttempts.findUnique({ where: { email }, select: columns })) ?? undefined;
  },
  save: async (email, attempts) => {
    await tx.signInAttempts.upsert({
      where: { email },
      create: { email, ...attempts },
      update: attempts,
      select: columns,
    });
  },
  clear: async (email) => {
    await tx.signInAttempts.deleteMany({ where: { email } });
  },
  dropOlderThan: async (before, limit) => {
    const { count } = await tx.signInAttempts.deleteMany({ where: { lastFailedAt: { lt: before } }, limit });
    return count;
  },
});
