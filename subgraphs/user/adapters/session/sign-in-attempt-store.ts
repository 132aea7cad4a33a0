import type { Email } from '#contracts/email.ts';
import { type Clock, databaseTime, type Sql } from '#platform/database/transaction.ts';
import type { Prisma } from '#prisma/user/client/client.ts';
import { forgetAt, type SignInHistory, strangersCountSince } from '../../domain/session/sign-in-attempts.ts';
import type { SignInAttemptStore } from '../../usecases/session/ports.ts';

/** One statement, with the time at which it was true. */
export const signInHistory = async (sql: Sql, clock: Clock, email: Email, address: string): Promise<SignInHistory> => {
  const [row] = await sql.$queryRawUnsafe<Row[]>(
    `SELECT here.failures, here.last_failed_at, here.last_signed_in_at,
            strangers.failures AS strangers_failures, strangers.since, clock_timestamp() AS now
       FROM (SELECT $1 AS email, $2 AS address) AS asked
            LEFT JOIN sign_in_attempts AS here USING (email, address)
            LEFT JOIN strangers_guesses AS strangers USING (email)`,
    ...[email, address],
  );
  if (!row) throw new Error('the history query returned no row');
  const { failures, last_failed_at: lastFailedAt, last_signed_in_at: lastSignedInAt, since } = row;
  return {
    here: failures === null ? undefined : { failures, lastFailedAt, lastSignedInAt },
    strangers: since === null ? undefined : { failures: row.strangers_failures ?? 0, since },
    now: clock(row.now),
  };
};

interface Row {
  readonly failures: number | null;
  readonly last_failed_at: Date | null;
  readonly last_signed_in_at: Date | null;
  readonly strangers_failures: number | null;
  readonly since: Date | null;
  readonly now: Date;
}

export const signInAttemptStore = (tx: Prisma.TransactionClient, clock: Clock): SignInAttemptStore => ({
  lock: async (email, address) => {
    // An advisory lock, because before the first failure there is no row to lock.
    const key = `sign-in-attempts:${email} ${address}`;
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${key}, 0))`;
    return signInHistory(tx, clock, email, address);
  },
  save: async (email, address, history) => {
    const data = { ...history, forgetAt: forgetAt(history) };
    await tx.signInAttempts.upsert({
      where: { email_address: { email, address } },
      create: { email, address, ...data },
      update: data,
      select: { email: true },
    });
  },
  countStrangersGuess: async (email, now) => {
    // One statement: guesses from many addresses are concurrent, and the lock above is per address.
    await tx.$executeRaw`
      INSERT INTO strangers_guesses AS g (email, failures, since) VALUES (${email}, 1, ${now})
      ON CONFLICT (email) DO UPDATE SET
        failures = CASE WHEN g.since > ${strangersCountSince(now)} THEN g.failures + 1 ELSE 1 END,
        since = CASE WHEN g.since > ${strangersCountSince(now)} THEN g.since ELSE excluded.since END`;
  },
  dropForgotten: async (limit) => {
    const now = clock(await databaseTime(tx));
    const attempts = await tx.signInAttempts.deleteMany({ where: { forgetAt: { lte: now } }, limit });
    const guesses = await tx.strangersGuesses.deleteMany({
      where: { since: { lte: strangersCountSince(now) } },
      limit,
    });
    return attempts.count + guesses.count;
  },
});
