import { createHash } from 'node:crypto';
import type { Prisma } from '#prisma/payment/client/client.ts';
import type { ProviderEvents } from '../usecases/ports.ts';

// 1,000: at most 64 KiB each, so 64 MiB; nobody needs more to see what a provider has changed.
const keptAtMost = 1_000;

export const providerEventStore = (tx: Prisma.TransactionClient): ProviderEvents => ({
  recordReceived: async ({ provider, id }, now) => {
    const { count } = await tx.providerEvent.createMany({
      data: [{ provider, eventId: id, receivedAt: now }],
      skipDuplicates: true,
    });
    return count === 1;
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
