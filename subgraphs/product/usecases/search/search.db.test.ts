/** The index follows the catalogue, sales and staff. */
import { describe, expect, it } from 'vitest';
import { namedId } from '#contracts/ids.ts';
import { languages } from '#contracts/language.ts';
import { type Currency, currencies } from '#contracts/money.ts';
import type { Viewer } from '#contracts/viewer.ts';
import { aCatalogue, anAttempt, aProduct, commit, reserve } from '#kit/product/builders.ts';
import { aShop } from '#kit/product/shop.ts';
import { withClient } from '#platform/database/client.ts';
import { Prisma } from '#prisma/product/client/client.ts';
import { catalogueStore } from '../../adapters/catalogue/catalogue-store.ts';
import { inEachTier } from '../../adapters/search/conditions.ts';
import { pipelineVersion } from '../../domain/search/document.ts';
import { parseFilters } from '../../domain/search/filters.ts';
import type { SearchSort } from './ports.ts';

const named = (slug: string, title: string) => aProduct(slug, { title });
const shop = await aShop(
  aCatalogue([named('tent', 'Tent'), named('pack', 'Pack'), named('mug', 'Mug'), named('lamp', 'Lamp')], {
    'TENT-1': 50,
    'PACK-1': 50,
  }),
);
const slugOf = new Map(['tent', 'pack', 'mug', 'lamp', 'stove'].map((slug) => [namedId('Product', slug), slug]));

const search = async (
  query: string,
  { sort = 'RELEVANCE', filters = [] }: { sort?: SearchSort; filters?: string[] } = {},
) => {
  const { hits } = await shop.app.reads.search({
    ...{
      query,
      sort,
      filters: parseFilters(filters),
      language: 'en',
      currency: 'EUR' satisfies Currency,
      withFacets: false,
    },
    page: { limit: 20, from: undefined, isBackward: false },
  });
  return hits.map(({ productId }) => slugOf.get(productId));
};

const documents = (where: object = {}) =>
  shop.prisma.searchDocument.findMany({
    where,
    select: { productId: true, pipeline: true, tier: true, unitsSold: true },
  });
const counts = (lexeme: string) =>
  shop.prisma.searchWord.findUnique({ where: { lexeme }, select: { documents: true, titles: true, commonness: true } });

describe('words', () => {
  it('are counted in documents and titles, and no more once the product is gone', async () => {
    await shop.commands.countWords();
    expect(await counts('tent')).toEqual({ documents: 1, titles: 1, commonness: 32 });
    expect(await counts('should')).toEqual({ documents: 4, titles: 0, commonness: 3 });
    await shop.commands.importCatalogue(aCatalogue([{ ...named('tent', 'Tent'), status: 'ARCHIVED' }]));
    await shop.commands.countWords();
    expect(await counts('tent')).toEqual({ documents: 0, titles: 0, commonness: 0 });
    await shop.commands.importCatalogue(aCatalogue([named('tent', 'Tent')]));
    await shop.commands.countWords();
    expect(await counts('tent')).toEqual({ documents: 1, titles: 1, commonness: 32 });
    await Promise.all([shop.commands.countWords(), shop.commands.countWords()]);
    expect(await counts('tent')).toEqual({ documents: 1, titles: 1, commonness: 32 });
  });

  it('of a new product are found before they are counted', async () => {
    await shop.commands.importCatalogue(aCatalogue([named('stove', 'Xylophone')]));
    expect(await search('xylophone')).toEqual(['stove']);
    await shop.commands.importCatalogue(aCatalogue([{ ...named('stove', 'Xylophone'), status: 'ARCHIVED' }]));
    expect(await search('xylophone')).toEqual([]);
    await shop.commands.countWords();
  });
});

it('looks words up in the index of each tier, which no parameter would be matched with', async () => {
  const { text, values } = inEachTier(Prisma.sql`terms @@ ${"'tent'"}::tsquery`);
  const plan = await withClient(shop.databaseUrl, async (client) => {
    await client.query('BEGIN');
    // Of a handful of documents, reading them all is cheaper.
    await client.query('DROP INDEX search_document_tier; SET LOCAL enable_seqscan = off');
    await client.query(`SET LOCAL plan_cache_mode = force_generic_plan`);
    await client.query(`PREPARE found AS ${text}`);
    const given = values.map((value) => client.escapeLiteral(String(value)));
    const { rows } = await client.query(`EXPLAIN EXECUTE found (${given})`);
    await client.query('ROLLBACK');
    return JSON.stringify(rows);
  });
  for (const tier of [0, 1, 2, 3]) expect(plan).toContain(`search_document_terms_${tier}`);
});

describe('documents', () => {
  it('are those of the last write, whatever races', async () => {
    await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        n % 3 === 0
          ? shop.prisma
              .$executeRaw`INSERT INTO product_refresh (product_id) VALUES (${namedId('Product', 'mug')}), (${namedId('Product', 'lamp')})`.then(
              () => shop.commands.refreshProducts(),
            )
          : shop.commands.importCatalogue(
              aCatalogue([named('lamp', `Lamp number${n}`), named('mug', `Mug number${n}`)]),
            ),
      ),
    );
    await shop.commands.refreshProducts();
    const stored = await shop.prisma.product.findMany({
      where: { slug: { in: ['lamp', 'mug'] } },
      select: { slug: true, title: true },
    });
    for (const { slug, title } of stored) {
      const number = title.split(' ')[1] ?? '';
      expect(await search(`${slug} ${number}`)).toEqual([slug]);
      for (let n = 0; n < 12; n++)
        if (number !== `number${n}`) expect(await search(`${slug} number${n}`)).not.toEqual([slug, slug]);
    }
    await shop.commands.importCatalogue(aCatalogue([named('lamp', 'Lamp'), named('mug', 'Mug')]));
    await shop.commands.countWords();
    expect(await counts('lamp')).toMatchObject({ documents: 1, titles: 1 });
  });

  it('are made anew a batch at a time, although the statement was planned for an empty queue', async () => {
    await shop.commands.refreshProducts();
    await shop.prisma.$executeRaw`VACUUM ANALYZE product_refresh`;
    const taken = shop.prisma.$transaction(async (tx) => {
      const { take } = catalogueStore(tx, shop.app.shop).toRefresh;
      // Planned now and not again, as on the connection of a worker that has looked some times.
      await tx.$executeRaw`SET LOCAL plan_cache_mode = force_generic_plan`;
      expect(await take(100)).toEqual([]);
      await tx.$executeRaw`INSERT INTO product_refresh (product_id) SELECT 'prd_' || n FROM generate_series(1, 300) n`;
      const sizes = [(await take(100)).length, (await take(100)).length];
      await tx.$executeRaw`DELETE FROM product_refresh`;
      return sizes;
    });
    expect(await taken).toEqual([100, 100]);
  });

  it('of an older pipeline are made anew, and serve until then', async () => {
    await shop.prisma.searchDocument.updateMany({ data: { pipeline: 0 } });
    expect(await search('mug')).toEqual(['mug']);
    await shop.commands.indexAnew();
    await shop.commands.indexAnew();
    expect(await shop.prisma.productRefresh.count()).toBe(4);
    await shop.commands.refreshProducts();
    expect(await documents({ pipeline: { lt: pipelineVersion } })).toEqual([]);
  });

  it('have an index for each currency and language that they are sorted by', async () => {
    const indexes = await shop.prisma.$queryRaw<{ name: string }[]>`
      SELECT indexname AS name FROM pg_indexes WHERE tablename = 'search_document'`;
    const names = indexes.map(({ name }) => name);
    for (const currency of currencies) expect(names).toContain(`search_document_price_${currency.toLowerCase()}`);
    for (const language of languages) expect(names).toContain(`search_document_title_${language}`);
  });
});

it('what is sold most of late comes first, and sales of long ago do not count', async () => {
  const sell = async (sku: string, quantity: number) => {
    const attemptId = anAttempt();
    await shop.commands.reserveStock(reserve(attemptId, [{ sku, quantity }]));
    await shop.commands.commitStock(commit(attemptId));
  };
  await sell('TENT-1', 3);
  await sell('PACK-1', 5);
  await shop.commands.rankDocuments();
  expect((await search('', { sort: 'BEST_SELLING' })).slice(0, 2)).toEqual(['pack', 'tent']);
  expect(await documents({ unitsSold: { gt: 0 } })).toHaveLength(2);
  expect(await search('tents')).toEqual(['tent']);
  shop.advance(91 * 24 * 60 * 60 * 1_000);
  await shop.commands.rankDocuments();
  expect(await documents({ unitsSold: { gt: 0 } })).toEqual([]);
});

describe('staff', () => {
  const by: Viewer = {
    kind: 'apiKey',
    id: namedId('ApiKey', 'shop'),
    permissions: ['catalogue:read', 'catalogue:write'],
  };
  const command = { by, idempotencyKey: undefined };

  it('make phrases find the same, or one of them what the others find', async () => {
    expect(await search('canvas house')).toEqual([]);
    const saved = await shop.commands.saveSynonyms({
      ...command,
      id: undefined,
      phrases: ['canvas house', 'tent'],
      isOneWay: true,
    });
    expect(await search('Canvas Houses')).toEqual(['tent']);
    expect(await search('xylem')).toEqual([]);
    if (!saved.ok) throw new Error('not saved');
    const id = saved.value.id;
    await shop.commands.saveSynonyms({ ...command, id, phrases: ['xylem', 'mug', '머그'], isOneWay: false });
    expect(await search('canvas house')).toEqual([]);
    expect(await search('xylem')).toEqual(['mug']);
    expect(await search('머그')).toEqual(['mug']);
    expect((await shop.app.reads.synonyms({ limit: 5, after: undefined })).map(({ phrases }) => phrases)).toEqual([
      ['xylem', 'mug', '머그'],
    ]);
    await shop.commands.removeSynonyms({ ...command, id });
    await shop.commands.removeSynonyms({ ...command, id });
    expect(await search('xylem')).toEqual([]);
  });

  it('pin products to a query, within its filters', async () => {
    const productIds = ['mug', 'lamp'].map((slug) => namedId('Product', slug));
    await shop.commands.pinSearchResults({ ...command, query: 'the Tents', productIds });
    expect(await search('TENT')).toEqual(['mug', 'lamp', 'tent']);
    expect(await search('tent', { filters: ['stock:in'] })).toEqual(['tent']);
    expect(await search('tent', { sort: 'TITLE' })).toEqual(['lamp', 'mug', 'tent']);
    await shop.commands.pinSearchResults({ ...command, query: 'tent', productIds: [] });
    expect(await search('tent')).toEqual(['tent']);
  });

  it('are told of what cannot be', async () => {
    const unknown = namedId('Product', 'nothing');
    await expect(
      shop.commands.pinSearchResults({ ...command, query: 'tent', productIds: [unknown] }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await shop.commands.pinSearchResults({ ...command, query: '!!', productIds: [] })).toMatchObject({
      failure: { kind: 'InvalidSearchPin', faults: [{ path: 'query', message: 'has no word' }] },
    });
    const save = (phrases: string[]) =>
      shop.commands.saveSynonyms({ ...command, id: undefined, phrases, isOneWay: false });
    expect(await save(['tent'])).toMatchObject({ failure: { kind: 'InvalidSynonyms', faults: [{ path: 'phrases' }] } });
    expect(await save(['a tent of four words', 'tent'])).toMatchObject({
      failure: { faults: [{ path: 'phrases.0', message: 'is not of one to 3 words' }] },
    });
  });
});

describe('more than the best candidates', () => {
  const copies = 1_100;
  const total = copies + 1;
  const all = async (sort: SearchSort, isBackward = false) => {
    const ids: string[] = [];
    for (let from: readonly [string, string] | undefined; ; ) {
      const { hits } = await shop.app.reads.search({
        ...{ query: '', sort, filters: parseFilters([`category:${lighting}`]), language: 'en', currency: 'EUR' },
        ...{ withFacets: false, page: { limit: 100, from, isBackward } },
      });
      ids.push(...hits.slice(0, 100).map(({ productId }) => productId));
      if (hits.length <= 100) return ids;
      from = hits[99]?.key;
    }
  };
  const lighting = namedId('Category', 'lighting');

  it('are said not to be counted, and are reached by every order but relevance', async () => {
    await shop.prisma.$executeRaw`
      INSERT INTO product SELECT (jsonb_populate_record(product, jsonb_build_object('id', 'prd_' || md5(n::text), 'slug', 'copy-' || n))).*
        FROM product, generate_series(1, ${copies}) n WHERE slug = 'mug'`;
    await shop.prisma.$executeRaw`
      INSERT INTO search_document
      SELECT (jsonb_populate_record(document, jsonb_build_object('product_id', 'prd_' || md5(n::text), 'units_sold', n % 7,
              'lowest_prices', CASE WHEN n % 3 = 0 THEN '{}' ELSE jsonb_build_object('EUR', n % 50) END,
              'title_keys', jsonb_build_object('en', 'mug ' || n % 90, 'ko', 'mug')))).*
        FROM search_document document, generate_series(1, ${copies}) n WHERE product_id = ${namedId('Product', 'mug')}`;
    const request = { filters: parseFilters([]), language: 'en', currency: 'EUR', withFacets: true } as const;
    const page = { limit: 5, from: undefined, isBackward: false };
    const found = await shop.app.reads.search({ ...request, query: 'mug', sort: 'RELEVANCE', page });
    expect([found.total, found.isExact, found.hits.length]).toEqual([1_000, false, 6]);
    const others = await shop.prisma.searchDocument.count();
    expect(others).toBeGreaterThanOrEqual(total);
    for (const sort of ['BEST_SELLING', 'NEWEST', 'PRICE_ASCENDING', 'PRICE_DESCENDING', 'TITLE'] as const) {
      const forwards = await all(sort);
      expect(new Set(forwards).size, sort).toBe(others);
      expect(forwards.length, sort).toBe(others);
      expect((await all(sort, true)).reverse(), sort).toEqual(forwards);
    }
  });
});
