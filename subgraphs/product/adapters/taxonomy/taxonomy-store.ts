import type { CollectionId, ProductId } from '#contracts/ids.ts';
import { inLanguage } from '#contracts/language.ts';
import type { ShopSettings } from '#contracts/shop.ts';
import { asJson, columns, type Filled, fieldsWithout, replaced } from '#platform/database/raw-rows.ts';
import { Prisma } from '#prisma/product/client/client.ts';
import type { CollectionModel, CollectionProductModel } from '#prisma/product/client/models.ts';
import type { Collection, StoredCollection } from '../../domain/catalogue/collection.ts';
import type { Rule } from '../../domain/catalogue/collection-rule.ts';
import type { CategoryTexts } from '../../domain/catalogue/texts.ts';
import type { TaxonomyStore } from '../../usecases/taxonomy/ports.ts';
import { namesTaken } from '../catalogue/slug-store.ts';

const lockKey = Prisma.sql`hashtextextended('taxonomy', 0)`;

/** Whoever writes products takes it first, before any row: the taxonomy stays as it is until the transaction ends. */
export const holdTaxonomy = async (tx: Prisma.TransactionClient): Promise<void> => {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock_shared(${lockKey})`;
};

const collectionFields = fieldsWithout(Prisma.CollectionScalarFieldEnum, 'version');
const membershipFields = fieldsWithout(Prisma.CollectionProductScalarFieldEnum);

type CollectionRow = Filled<CollectionModel, (typeof collectionFields)[number]>;
type MembershipRow = Filled<CollectionProductModel, (typeof membershipFields)[number]>;

export const collectionOf = (row: CollectionModel): StoredCollection => ({
  ...row,
  id: row.id as CollectionId,
  texts: row.texts as CategoryTexts,
  rule: row.rule as Rule,
});

const collectionRow = (collection: Collection): CollectionRow => collection;

export const taxonomyStore = (tx: Prisma.TransactionClient, { language }: ShopSettings): TaxonomyStore => ({
  lock: async () => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(${lockKey})`;
  },

  contentOf: async (id) => {
    // A product that is put into it, or a category below it, holds a lock on this row until it is committed.
    await tx.$executeRaw`SELECT FROM category WHERE id = ${id} FOR UPDATE`;
    const [content] = await tx.$queryRaw<[{ categories: number; products: number }]>`
      SELECT (SELECT count(*)::int FROM category WHERE parent_id = ${id}) AS categories,
             (SELECT count(*)::int FROM product WHERE category_id = ${id}) AS products`;
    return content;
  },

  removeCategory: async (id) => {
    await tx.$executeRaw`DELETE FROM category WHERE id = ${id}`;
    await tx.$executeRaw`DELETE FROM former_slug WHERE kind = 'CATEGORY' AND owner_id = ${id}`;
  },

  collections: async () => (await tx.collection.findMany({ orderBy: { id: 'asc' } })).map(collectionOf),

  saveCollections: async (collections) => {
    const all = Prisma.raw(columns(collectionFields));
    const given = asJson(collectionFields, collections.map(collectionRow));
    const changed = Prisma.raw(replaced(collectionFields.filter((field) => field !== 'id')));
    await namesTaken(
      () => tx.$executeRaw`
      INSERT INTO collection AS stored (${all})
      SELECT ${all} FROM jsonb_populate_recordset(NULL::collection, ${given}::jsonb)
          ON CONFLICT (id) DO UPDATE SET ${changed}, version = stored.version + 1`,
    );
  },

  removeCollection: async (id) => {
    await tx.$executeRaw`DELETE FROM collection WHERE id = ${id}`;
    await tx.$executeRaw`DELETE FROM former_slug WHERE kind = 'COLLECTION' AND owner_id = ${id}`;
  },

  isUsed: async (attribute) => {
    const [used] = await tx.$queryRaw<[{ is: boolean }]>`
      SELECT EXISTS (SELECT FROM product WHERE attributes ? ${attribute}) AS is`;
    return used.is;
  },

  choicesUsed: async (attribute) => {
    const rows = await tx.$queryRaw<{ code: string }[]>`
      SELECT DISTINCT attributes->>${attribute} AS code FROM product WHERE attributes ? ${attribute} ORDER BY code`;
    return rows.map(({ code }) => code);
  },

  existing: async (products) => {
    if (products.length === 0) return new Set();
    const rows = await tx.product.findMany({ where: { id: { in: [...products] } }, select: { id: true } });
    return new Set(rows.map(({ id }) => id as ProductId));
  },

  saveMembership: async (products, standings) => {
    const rows = products.flatMap((product) =>
      (standings.get(product.id)?.collectionIds ?? []).map(
        (collectionId): MembershipRow => ({
          ...{ collectionId, productId: product.id },
          title: inLanguage(product.texts, language, language).title,
          isPublished: product.status === 'PUBLISHED',
        }),
      ),
    );
    const all = Prisma.raw(columns(membershipFields));
    await tx.$executeRaw`
      WITH wanted AS MATERIALIZED (
        SELECT ${all} FROM jsonb_populate_recordset(NULL::collection_product, ${asJson(membershipFields, rows)}::jsonb)
      ), gone AS (
        DELETE FROM collection_product stored
         WHERE product_id = ANY (${products.map(({ id }) => id)})
           AND NOT EXISTS (SELECT FROM wanted WHERE wanted.collection_id = stored.collection_id
                                                AND wanted.product_id = stored.product_id)
      )
      INSERT INTO collection_product AS stored (${all})
      SELECT ${all} FROM wanted
          ON CONFLICT (collection_id, product_id) DO UPDATE
         SET title = excluded.title, is_published = excluded.is_published
       WHERE (stored.title, stored.is_published) <> (excluded.title, excluded.is_published)`;
  },

  toRefresh: {
    addAll: async () => {
      await tx.$executeRaw`INSERT INTO product_refresh (product_id) SELECT id FROM product ORDER BY id`;
    },
    addWith: async (attribute) => {
      await tx.$executeRaw`
        INSERT INTO product_refresh (product_id) SELECT id FROM product WHERE attributes ? ${attribute} ORDER BY id`;
    },
    addIn: async (collection) => {
      await tx.$executeRaw`
        INSERT INTO product_refresh (product_id)
        SELECT product_id FROM collection_product WHERE collection_id = ${collection} ORDER BY product_id`;
    },
  },
});
