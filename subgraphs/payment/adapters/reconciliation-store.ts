import type { PrismaClient } from '#prisma/payment/client/client.ts';
import type { ReconciliationWork } from '../usecases/ports.ts';

export const reconciliationWork = (prisma: PrismaClient): ReconciliationWork => ({
  claimReconciliation: async ({ provider, pass, first, notAfter, now, leaseUntil }) => {
    // A new one has nothing to catch up with.
    await prisma.reconciliation.createMany({
      data: [{ provider, pass, reconciledUntil: first }],
      skipDuplicates: true,
    });
    const rows = await prisma.$queryRaw<{ from: Date }[]>`
      UPDATE reconciliation SET leased_until = ${leaseUntil}
       WHERE provider = ${provider} AND pass = ${pass} AND reconciled_until <= ${notAfter}
         AND (leased_until IS NULL OR leased_until <= ${now})
      RETURNING reconciled_until AS "from"`;
    return rows[0]?.from;
  },
  endReconciliation: async ({ provider, pass, from, until }) => {
    const where = { provider, pass, reconciledUntil: from };
    await prisma.reconciliation.updateMany({ where, data: { reconciledUntil: until, leasedUntil: null } });
  },
});
