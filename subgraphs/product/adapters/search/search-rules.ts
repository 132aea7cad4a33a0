/** Staff's synonyms and pinned results. */
import type { ProductId } from '#contracts/ids.ts';
import type { Prisma, PrismaClient } from '#prisma/product/client/client.ts';
import type { StoredSynonyms, SynonymsId } from '../../domain/search/rules.ts';
import type { SearchRuleReads, SearchRuleStore } from '../../usecases/search/ports.ts';

export const searchRuleStore = (tx: Prisma.TransactionClient): SearchRuleStore => ({
  lockSynonyms: async () => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('search-synonyms', 0))`;
    const rows = await tx.searchSynonyms.findMany({ select: { id: true } });
    return new Set(rows.map(({ id }) => id as SynonymsId));
  },

  saveSynonyms: async ({ id, phrases, isOneWay }, keys) => {
    const data = { phrases, isOneWay, keys: [...keys] };
    await tx.searchSynonyms.upsert({ where: { id }, create: { id, ...data }, update: data });
  },

  removeSynonyms: async (id) => (await tx.searchSynonyms.deleteMany({ where: { id } })).count > 0,

  countProducts: (ids) => tx.product.count({ where: { id: { in: [...ids] } } }),

  savePin: async (key, { query, productIds }) => {
    if (productIds.length === 0) await tx.searchPin.deleteMany({ where: { key } });
    else
      await tx.searchPin.upsert({ where: { key }, create: { key, query, productIds }, update: { query, productIds } });
  },
});

export const searchRuleReads = (prisma: PrismaClient): SearchRuleReads => ({
  synonyms: async ({ limit, after }) => {
    const rows = await prisma.searchSynonyms.findMany({
      ...(after && { where: { id: { gt: after } } }),
      select: { id: true, phrases: true, isOneWay: true },
      orderBy: { id: 'asc' },
      take: limit + 1,
    });
    return rows.map((row): StoredSynonyms => ({ ...row, id: row.id as SynonymsId }));
  },

  pins: async ({ limit, after }) => {
    const rows = await prisma.searchPin.findMany({
      ...(after !== undefined && { where: { key: { gt: after } } }),
      orderBy: { key: 'asc' },
      take: limit + 1,
    });
    return rows.map(({ key, query, productIds }) => ({ key, query, productIds: productIds as ProductId[] }));
  },
});
