import type { CategoryId, ProductId } from '#contracts/ids.ts';
import { Prisma } from '#prisma/product/client/client.ts';
import { type CategoryTexts, namesOf } from '../../domain/catalogue/texts.ts';
import { pipelineVersion } from '../../domain/search/document.ts';
import { deletionsOf, fold } from '../../domain/search/text.ts';
import type { SearchRank, SearchStore } from '../../usecases/search/ports.ts';

export const searchStore = (tx: Prisma.TransactionClient): SearchStore => ({
  categoryNames: async (ids) => {
    const rows = await tx.category.findMany({ where: { id: { in: [...ids] } }, select: { id: true, texts: true } });
    return new Map(rows.map(({ id, texts }) => [id as CategoryId, namesOf(texts as CategoryTexts)]));
  },

  inStock: async (products) => {
    const rows = await tx.$queryRaw<{ productId: ProductId }[]>`
      SELECT DISTINCT variant.product_id AS "productId"
        FROM product_variant variant
       WHERE variant.product_id = ANY (${[...products]}) AND NOT variant.is_archived
         AND (variant.stock_policy = 'UNTRACKED'
              OR EXISTS (SELECT FROM stock_level WHERE variant_id = variant.id AND on_hand - reserved - backordered > 0))`;
    return new Set(rows.map(({ productId }) => productId));
  },

  save: async (products, { documents, words, labels }) => {
    await addWords(tx, words);
    await saveLabels(tx, labels);
    await saveDocuments(tx, products, documents);
  },

  queueOutdated: async (limit) => {
    await tx.$executeRaw`
      INSERT INTO product_refresh (product_id)
      SELECT product_id FROM search_document
       WHERE pipeline < ${pipelineVersion} AND NOT EXISTS (SELECT FROM product_refresh)
       ORDER BY pipeline, product_id LIMIT ${limit}`;
  },

  changedRanks: (since, limit) =>
    tx.$queryRaw<SearchRank[]>`
      WITH sold AS (
        SELECT variant.product_id, least(sum(movement.quantity), 1000000000)::int AS units
          FROM stock_movement movement JOIN product_variant variant ON variant.id = movement.variant_id
         WHERE movement.kind = 'SALE' AND movement.occurred_at >= ${since}
         GROUP BY variant.product_id
      ), ranked AS (
        SELECT document.product_id, coalesce(sold.units, 0) AS units, document.units_sold, document.tier AS old_tier,
               row_number() OVER (ORDER BY coalesce(sold.units, 0) DESC, sha256(document.product_id::bytea)) - 1 AS place,
               count(*) OVER () AS documents
          FROM search_document document LEFT JOIN sold USING (product_id)
      ), placed AS (
        SELECT *, width_bucket(place * 256 / documents, ARRAY[4, 20, 84]::bigint[]) AS tier FROM ranked
      )
      SELECT product_id AS "productId", units AS "unitsSold", tier FROM placed
       WHERE units <> units_sold OR tier <> old_tier
       ORDER BY place LIMIT ${limit}`,

  saveRanks: async (ranks) => {
    // The product first, as everybody who writes a document: two who take the same documents in another order never meet.
    await tx.$executeRaw`
      SELECT FROM product WHERE id = ANY (${ranks.map(({ productId }) => productId)}) ORDER BY id COLLATE "C" FOR NO KEY UPDATE`;
    await tx.$executeRaw`
      UPDATE search_document document
         SET units_sold = rank.units, tier = rank.tier
        FROM jsonb_to_recordset(${JSON.stringify(ranks.map(({ productId, unitsSold, tier }) => ({ id: productId, units: unitsSold, tier })))}::jsonb)
             AS rank (id text, units int, tier smallint)
       WHERE document.product_id = rank.id COLLATE "C"`;
  },

  addUpWords: async (mostChanges) => {
    const [row] = await tx.$queryRaw<[{ taken: number }]>`
      WITH turn AS MATERIALIZED (
        SELECT pg_try_advisory_xact_lock(hashtextextended('add-up-search-words', 0)) AS is_mine
      ), taken AS (
        DELETE FROM search_word_change
         WHERE position = ANY (ARRAY(SELECT position FROM search_word_change WHERE (SELECT is_mine FROM turn)
                             ORDER BY position LIMIT ${mostChanges}))
        RETURNING lexemes, documents, titles
      ), change AS (
        SELECT lexeme, sum(added.documents)::int AS documents, sum(added.titles)::int AS titles
          FROM taken, unnest(lexemes, taken.documents, taken.titles) AS added (lexeme, documents, titles)
         GROUP BY lexeme
      ), counted AS (
        UPDATE search_word word
           SET documents = word.documents + change.documents, titles = word.titles + change.titles,
               commonness = CASE WHEN word.titles + change.titles > 0
                                 THEN 32 + floor(ln(word.titles + change.titles) / ln(2))
                                 WHEN word.documents + change.documents > 0
                                 THEN 1 + floor(ln(word.documents + change.documents) / ln(2)) ELSE 0 END
          FROM change WHERE word.lexeme = change.lexeme COLLATE "C" AND (change.documents <> 0 OR change.titles <> 0)
      )
      SELECT count(*)::int AS taken FROM taken`;
    return row.taken > 0;
  },
});

type Given = Parameters<SearchStore['save']>[1];

// In one order, here and below: two writers who add the same new rows wait for each other, but never both ways.
const addWords = async (tx: Prisma.TransactionClient, words: Given['words']) => {
  // Each once: the products of a batch have most of their words in common.
  const each = new Map(words.map((word) => [word.lexeme, word])).values();
  const rows = [...each].map((word) => ({ ...word, deletions: deletionsOf(word.spelling) }));
  await tx.$executeRaw`
    INSERT INTO search_word (lexeme, shown, spelling, deletions)
    SELECT DISTINCT ON (lexeme) lexeme, shown, spelling, deletions
      FROM jsonb_populate_recordset(NULL::search_word, ${JSON.stringify(rows)}::jsonb) given
     WHERE NOT EXISTS (SELECT FROM search_word known WHERE known.lexeme = given.lexeme)
     ORDER BY lexeme
        ON CONFLICT DO NOTHING`;
};

const saveLabels = async (tx: Prisma.TransactionClient, labels: Given['labels']) => {
  const each = new Map(labels.map((label) => [label.key, label])).values();
  const rows = [...each].map(({ key, label, facetLabel }) => {
    const names = [...new Set(Object.values(label).map(fold))];
    return { key, label, facet_label: facetLabel, names };
  });
  await tx.$executeRaw`
    INSERT INTO search_facet (key, label, facet_label, names)
    SELECT DISTINCT ON (key) key, label, facet_label, names
      FROM jsonb_populate_recordset(NULL::search_facet, ${JSON.stringify(rows)}::jsonb) given
     WHERE NOT EXISTS (SELECT FROM search_facet known
                        WHERE known.key = given.key AND known.label = given.label AND known.facet_label = given.facet_label)
     ORDER BY key
        ON CONFLICT (key) DO UPDATE SET label = excluded.label, facet_label = excluded.facet_label, names = excluded.names`;
};

/** Part of the statement that writes the documents; one that is lost takes its numbers along. */
const numbersSaved = (products: readonly ProductId[]): Prisma.Sql => Prisma.sql`
    given_number AS MATERIALIZED (
      SELECT product_id, code, value::numeric AS value FROM given, jsonb_each_text(numbers) AS number (code, value)
    ), lost_number AS (
      DELETE FROM search_number number
       WHERE product_id = ANY (${[...products]}) AND product_id IN (SELECT product_id FROM given)
         AND NOT EXISTS (SELECT FROM given_number given WHERE given.product_id = number.product_id AND given.code = number.code)
    ), saved_number AS (
      INSERT INTO search_number AS stored (product_id, code, value)
      SELECT product_id, code, value FROM given_number ORDER BY product_id, code
          ON CONFLICT (product_id, code) DO UPDATE SET value = excluded.value WHERE stored.value <> excluded.value
    )`;

/**
 * A new document starts in a tier by lot, as if nothing had been sold: a 64th of all in the first, a 16th and a quarter up to
 * the next ones. How the counts of words change is noted in the same statement, from what it replaces.
 */
const saveDocuments = async (
  tx: Prisma.TransactionClient,
  products: readonly ProductId[],
  documents: Given['documents'],
) => {
  const rows = documents.map(({ productId, lowestPrices, titleKeys, titleLength, ...document }) => ({
    ...document,
    product_id: productId,
    lowest_prices: lowestPrices,
    title_keys: titleKeys,
    title_length: titleLength,
  }));
  await tx.$executeRaw`
    WITH replaced AS MATERIALIZED (
      SELECT product_id, terms, units_sold, tier FROM search_document WHERE product_id = ANY (${[...products]})
    ), given AS MATERIALIZED (
      SELECT document.*, coalesce(replaced.tier, width_bucket(get_byte(sha256(document.product_id::bytea), 0), ARRAY[4, 20, 84])) AS tier
        FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
             AS document (product_id text, terms text, facets text[], lowest_prices jsonb, numbers jsonb, title_keys jsonb, title_length smallint)
        LEFT JOIN replaced USING (product_id)
    ), written AS MATERIALIZED (
      SELECT given.*, given.terms::tsvector AS vector FROM given
    ), lost AS (
      DELETE FROM search_document
       WHERE product_id IN (SELECT product_id FROM replaced EXCEPT SELECT product_id FROM given)
    ), saved AS (
      INSERT INTO search_document AS stored
             (product_id, pipeline, terms, facets, lowest_prices, numbers, title_keys, title_length, published_at, tier)
      SELECT written.product_id, ${pipelineVersion}::int, vector, facets, lowest_prices, numbers, title_keys, title_length,
             coalesce(product.published_at, product.created_at), tier
        FROM written JOIN product ON product.id = written.product_id
          ON CONFLICT (product_id) DO UPDATE
         SET pipeline = excluded.pipeline, terms = excluded.terms, facets = excluded.facets,
             lowest_prices = excluded.lowest_prices, numbers = excluded.numbers, title_keys = excluded.title_keys,
             title_length = excluded.title_length, published_at = excluded.published_at
       WHERE (stored.pipeline, stored.terms, stored.lowest_prices, stored.numbers, stored.title_keys, stored.published_at)
             IS DISTINCT FROM
             (excluded.pipeline, excluded.terms, excluded.lowest_prices, excluded.numbers, excluded.title_keys,
              excluded.published_at)
    ), ${numbersSaved(products)}
    INSERT INTO search_word_change (lexemes, documents, titles)
    SELECT array_agg(word), array_agg(documents), array_agg(titles)
      FROM (
        SELECT ltrim(term, '=') AS word, coalesce(sum(sign) FILTER (WHERE left(term, 1) <> '='), 0)::int AS documents,
               coalesce(sum(sign) FILTER (WHERE left(term, 1) = '='), 0)::int AS titles
          FROM (
            SELECT unnest(tsvector_to_array(vector)) AS term, 1 AS sign FROM written
             UNION ALL
            SELECT unnest(tsvector_to_array(terms)), -1 FROM replaced
          ) term
         WHERE left(ltrim(term, '='), 1) <> '~' AND strpos(term, ':') = 0
         GROUP BY 1
      ) counted
     WHERE documents <> 0 OR titles <> 0
    HAVING count(*) > 0`;
};
