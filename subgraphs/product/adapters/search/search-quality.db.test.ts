import { expect, it } from 'vitest';
import { searchPairs } from '#kit/product/search-pairs.ts';
import { aShop } from '#kit/product/shop.ts';
import { demoCatalogue } from '#launcher/seed/catalogue.ts';
import { parseFilters } from '../../domain/search/filters.ts';

it('finds what people mean', async () => {
  const shop = await aShop(demoCatalogue());
  await shop.commands.countWords();
  const catalogue = demoCatalogue();
  const slugs = new Map(catalogue.products.map(({ id, slug }) => [id, slug]));
  const bad: unknown[] = [];
  const t0 = performance.now();
  for (const pair of searchPairs) {
    const { hits, total } = await shop.app.reads.search({
      query: pair.query,
      filters: parseFilters([]),
      sort: 'RELEVANCE',
      language: pair.language,
      currency: 'EUR',
      page: { limit: 5, from: undefined, isBackward: false },
      withFacets: true,
    });
    const got = hits.slice(0, 5).map(({ productId }) => slugs.get(productId));
    bad.push([pair.query, pair.products ?? pair.shelf, got, total]);
  }
  console.info((performance.now() - t0) / searchPairs.length);
  const fs = await import('node:fs');
  fs.writeFileSync('/tmp/proto/quality.json', JSON.stringify(bad));
  expect(1).toBe(1);
}, 120000);
