import type { Prisma } from '#prisma/user/client/client.ts';
import type { AuditLogStore } from '../../usecases/access/ports.ts';

export const auditLogStore = (tx: Prisma.TransactionClient): AuditLogStore => ({
  add: async (entry) => {
    await tx.auditEntry.create({ data: entry, select: { id: true } });
  },
});
