/** Fills a database with a generated catalogue through product's own stores, and indexes it as production does. */
import { defaultShop } from '#platform/config/shop.ts';
import { withClient } from '#platform/database/client.ts';
import type { Prisma } from '#prisma/product/client/client.ts';
import { catalogueStore } from '#subgraphs/product/adapters/catalogue/catalogue-store.ts';
import { searchStore } from '#subgraphs/product/adapters/search/search-store.ts';
import { placed } from '#subgraphs/product/domain/catalogue/category.ts';
import { reindex } from '#subgraphs/product/usecases/search/reindex.ts';
import { connect } from '#subgraphs/product/wiring.ts';
import { attributes, categories, type Goods, goodsAt } from './goods.ts';

// 200 products of some KiB a statement; more makes nothing quicker.
const batch = 200;
// 3 writers: while one waits for the database, another makes documents.
const writers = 3;
// 2 min: another load of the machine must not end a bench that takes an hour.
const patienceMs = 120_000;

export interface LoadOptions {
  readonly databaseUrl: string;
  readonly products: number;
  readonly progress: (done: number) => void;
  readonly signal: AbortSignal;
}

/** Units are received, and published at different times, which the importer has no word for. */
const stock = (tx: Prisma.TransactionClient, goods: readonly Goods[]) => {
  const rows = goods.flatMap(({ product, units }) =>
    product.variants.map(({ id }, at) => ({ id, units: units[at] ?? 0 })).filter(({ units }) => units > 0),
  );
  return tx.$executeRawUnsafe(
    `WITH given AS (SELECT * FROM jsonb_to_recordset($1::jsonb) AS given (id text, units int)), levels AS (
       UPDATE stock_level SET on_hand = given.units FROM given WHERE variant_id = given.id)
     INSERT INTO stock_movement (id, variant_id, kind, quantity, reference, occurred_at)
     SELECT 'mov_' || id, id, 'RECEIPT', units, 'initial stock', now() FROM given`,
    JSON.stringify(rows),
  );
};

const published = (tx: Prisma.TransactionClient, goods: readonly Goods[]) =>
  tx.$executeRawUnsafe(
    `UPDATE product SET published_at = now() - (hashtext(id) & 1023) * interval '1 day' WHERE id = ANY ($1) AND status = 'PUBLISHED'`,
    goods.map(({ product }) => product.id),
  );

/**
 * Indexes of the search are made at the end: a quarter of the time. The others are read while products are written. Gives what
 * makes them anew, as the migrations have them.
 */
const withoutSearchIndexes = (databaseUrl: string): Promise<() => Promise<void>> =>
  withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ name: string; definition: string }>(`
      SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
       WHERE indrelid IN ('search_document'::regclass, 'search_word'::regclass) AND NOT indisunique`);
    for (const { name } of rows) await client.query(`DROP INDEX ${name}`);
    return () =>
      withClient(databaseUrl, async (again) => {
        await again.query(`SET maintenance_work_mem = '512MB'`);
        for (const { definition } of rows) await again.query(definition);
      });
  });

/** A new shop of this many products. */
export const loadCatalogue = async ({ databaseUrl, products, progress, signal }: LoadOptions): Promise<void> => {
  const makeIndexes = await withoutSearchIndexes(databaseUrl);
  const prisma = connect(databaseUrl, writers + 1, { answerTimeoutMs: patienceMs, lockTimeoutMs: patienceMs });
  const transaction = <T>(work: (tx: Prisma.TransactionClient) => Promise<T>) =>
    prisma.$transaction(work, { maxWait: patienceMs, timeout: patienceMs });
  try {
    await transaction(async (tx) => {
      const store = catalogueStore(tx, defaultShop);
      await store.saveAttributes(attributes);
      await store.saveCategories(placed(categories));
    });
    let [next, done] = [0, 0];
    const write = async (): Promise<void> => {
      while (next < products) {
        signal.throwIfAborted();
        const from = next;
        next = Math.min(products, from + batch);
        const goods = Array.from({ length: next - from }, (_, at) => goodsAt(from + at, products));
        await transaction((tx) => writeBatch(tx, goods));
        done += goods.length;
        progress(done);
      }
    };
    await Promise.all(Array.from({ length: writers }, write));
    // Its rounds are bounded, for a process that does other things as well.
    const search = searchStore(prisma);
    while (await search.addUpWords(1_000)) signal.throwIfAborted();
  } finally {
    await prisma.$disconnect();
  }
  signal.throwIfAborted();
  await makeIndexes();
  // As autovacuum leaves it.
  await withClient(databaseUrl, (client) => client.query('VACUUM (ANALYZE)'));
};

const writeBatch = async (tx: Prisma.TransactionClient, goods: readonly Goods[]): Promise<void> => {
  const catalogue = catalogueStore(tx, defaultShop);
  const all = goods.map(({ product }) => product);
  await catalogue.saveProducts(all);
  await stock(tx, goods);
  await published(tx, goods);
  const paths = await catalogue.pathsTo(all.map(({ categoryId }) => categoryId));
  await reindex({ catalogue, search: searchStore(tx) }, all, paths, new Map());
};
