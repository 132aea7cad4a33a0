import { createHash } from 'node:crypto';
import type { AttemptId } from '#contracts/ids.ts';
import type { ProviderEvent as EventRow, Prisma, PrismaClient } from '#prisma/payment/client/client.ts';
import type { ProviderEventId, StoredEvent } from '../domain/provider-event.ts';
import type { EventWork, ProviderEventReads, ProviderEvents } from '../usecases/ports.ts';

// 1,000: at most 64 KiB each, so 64 MiB; nobody needs more to see what a provider has changed.
const keptAtMost = 1_000;

export const providerEventStore = (tx: Prisma.TransactionClient): ProviderEvents => ({
  store: async (event, { livemode, body, nextTryAt }) => {
    const { count } = await tx.providerEvent.createMany({
      data: [{ ...event, livemode, nextTryAt, body: new Uint8Array(body) }],
      skipDuplicates: true,
    });
    return count === 1;
  },
  reopen: async (id, nextTryAt) => {
    const [row] = await tx.providerEvent.updateManyAndReturn({
      where: { id },
      data: { state: 'RECEIVED', reason: null, doneAt: null, tries: 1, nextTryAt },
      select: eventColumns,
    });
    return row && eventOf(row);
  },
  keep: async ({ provider, body, unreadableBecause: reason }, now) => {
    const digest = createHash('sha256').update(body).digest('hex');
    await tx.unreadableWebhook.upsert({
      where: { provider_digest: { provider, digest } },
      create: { provider, digest, reason, body: new Uint8Array(body), receivedAt: now, lastReceivedAt: now },
      update: { times: { increment: 1 }, lastReceivedAt: now },
      select: { digest: true },
    });
    await tx.$executeRaw`
      DELETE FROM unreadable_webhook WHERE (provider, digest) IN
        (SELECT provider, digest FROM unreadable_webhook ORDER BY last_received_at DESC, digest OFFSET ${keptAtMost})`;
  },
});

/** Outside any transaction, like workList. */
export const eventWork = (prisma: PrismaClient): EventWork => ({
  claimEvents: async (limit, now, until) => {
    const claimed = await prisma.$queryRaw<{ id: string }[]>`
      UPDATE provider_event SET next_try_at = ${until}, tries = tries + 1
       WHERE id = ANY (ARRAY(SELECT id FROM provider_event WHERE next_try_at <= ${now}
                     ORDER BY next_try_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))
      RETURNING id`;
    if (claimed.length === 0) return [];
    const ids = claimed.map(({ id }) => id);
    return (await prisma.providerEvent.findMany({ where: { id: { in: ids } }, select: eventColumns })).map(eventOf);
  },
  endTry: async (id, outcome, now) => {
    const { state, reason } = outcome;
    const isOpen = outcome.state === 'RECEIVED';
    await prisma.providerEvent.updateMany({
      where: { id, state: 'RECEIVED' },
      data: { state, reason, nextTryAt: isOpen ? outcome.nextTryAt : null, doneAt: isOpen ? null : now },
    });
  },
  forgetEvents: (before, limit) =>
    prisma.$executeRaw`
      DELETE FROM provider_event WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM provider_event WHERE received_at < ${before} LIMIT ${limit}))`,
});

/** All but the body, which only its sender needs to understand. */
const eventColumns = {
  ...{ id: true, provider: true, eventId: true, type: true, account: true, attemptId: true, reference: true },
  ...{ state: true, reason: true, tries: true, receivedAt: true, doneAt: true },
} as const;

const eventOf = (row: Pick<EventRow, keyof typeof eventColumns>): StoredEvent => ({
  ...row,
  id: row.id as ProviderEventId,
  attemptId: row.attemptId as AttemptId | null,
});

export const providerEventReads = (prisma: PrismaClient): ProviderEventReads => ({
  providerEvents: async ({ state, limit, after }) => {
    const where = { ...(state && { state }), ...(after && { id: { lt: after } }) };
    const rows = await prisma.providerEvent.findMany({
      ...{ where, orderBy: { id: 'desc' }, take: limit + 1, select: eventColumns },
    });
    return rows.map(eventOf);
  },
  providerEventsById: async (ids) =>
    (await prisma.providerEvent.findMany({ where: { id: { in: [...ids] } }, select: eventColumns })).map(eventOf),
});
