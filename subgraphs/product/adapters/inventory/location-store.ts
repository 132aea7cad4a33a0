import type { Prisma } from '#prisma/product/client/client.ts';
import type { Location } from '../../domain/inventory/location.ts';
import type { LocationStore } from '../../usecases/inventory/ports.ts';

export const locationStore = (tx: Prisma.TransactionClient): LocationStore => ({
  find: async (code) => {
    const row = await tx.location.findFirst({ where: code === undefined ? { isDefault: true } : { code } });
    return row === null ? undefined : (row as Location);
  },

  lockAll: async () => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('locations', 0))`;
    return (await tx.location.findMany()) as Location[];
  },

  save: async ({ code, ...fields }) => {
    // First: there is one default at any time, by a unique index.
    if (fields.isDefault)
      await tx.location.updateMany({ where: { isDefault: true, code: { not: code } }, data: { isDefault: false } });
    await tx.location.upsert({ where: { code }, create: { code, ...fields }, update: fields });
  },
});
