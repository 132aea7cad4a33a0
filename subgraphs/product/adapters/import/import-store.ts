import type { ProductId } from '#contracts/ids.ts';
import type { Prisma } from '#prisma/product/client/client.ts';
import type { ImportStore } from '../../usecases/import/ports.ts';

export const importStore = (tx: Prisma.TransactionClient): ImportStore => ({
  productsOfSkus: async (skus) => {
    const rows = await tx.productVariant.findMany({
      where: { sku: { in: [...skus] } },
      select: { sku: true, productId: true },
    });
    return new Map(rows.map(({ sku, productId }) => [sku, productId as ProductId]));
  },

  dropOld: async (before) => {
    await tx.catalogueImport.deleteMany({ where: { startedAt: { lt: before } } });
  },

  advance: async (source, { faults, nextLine, changed, received }) => {
    const [progress] = await tx.$queryRaw<{ nextLine: number; changed: number; received: number }[]>`
      INSERT INTO catalogue_import AS begun (source, next_line, changed, received)
      VALUES (${source}, ${nextLine}, ${changed}, ${received})
      ON CONFLICT (source) DO UPDATE
         SET next_line = greatest(begun.next_line, excluded.next_line), changed = begun.changed + excluded.changed,
             received = begun.received + excluded.received
      RETURNING next_line AS "nextLine", changed, received`;
    if (!progress) throw new Error(`${source} was not advanced`);
    // Of two runs at once on one file the second finds the same faults.
    await tx.catalogueImportFault.createMany({
      data: faults.map((fault) => ({ source, ...fault })),
      skipDuplicates: true,
    });
    return progress;
  },
});
