import { sqlStateOf } from '#platform/database/transaction.ts';
import { Prisma } from '#prisma/product/client/client.ts';
import { NameTaken, type SlugKind, type SlugStore } from '../../usecases/ports.ts';

const tables = { PRODUCT: 'product', CATEGORY: 'category', COLLECTION: 'collection' } as const satisfies Record<
  SlugKind,
  string
>;

export const slugStore = (tx: Prisma.TransactionClient): SlugStore => ({
  owners: async (kind, slugs) => {
    const table = Prisma.raw(tables[kind]);
    const rows = await tx.$queryRaw<{ slug: string; ownerId: string }[]>`
      SELECT slug, id AS "ownerId" FROM ${table} WHERE slug = ANY (${[...slugs]})
       UNION ALL
      SELECT slug, owner_id FROM former_slug WHERE kind = ${kind}::slug_kind AND slug = ANY (${[...slugs]})`;
    return new Map(rows.map(({ slug, ownerId }) => [slug, ownerId]));
  },
});

const uniqueViolation = '23505';

/** Runs a write of things with slugs or skus; throws `NameTaken` when one of them belongs to something else. */
export const namesTaken = async <T>(write: () => Promise<T>): Promise<T> => {
  try {
    return await write();
  } catch (error) {
    if (error instanceof Error && sqlStateOf(error) === uniqueViolation)
      throw new NameTaken('a slug or sku is taken', { cause: error });
    throw error;
  }
};
