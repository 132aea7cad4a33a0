/** How well the search finds what people mean, on the demo catalogue (tests/kit/product/search-pairs.ts). */
import { describe, expect, it } from 'vitest';
import { guest } from '#contracts/viewer.ts';
import { asking } from '#kit/graphql/ask.ts';
import { type SearchPair, searchPairs } from '#kit/product/search-pairs.ts';
import { aShop } from '#kit/product/shop.ts';
import { requestContext } from '#platform/graphql/context.ts';
import { loaders } from '#subgraphs/product/graphql/loaders.ts';
import { schema } from '#subgraphs/product/wiring.ts';
import { demoCatalogue } from './catalogue.ts';

const shop = await aShop(demoCatalogue());
await shop.commands.countWords();
const ask = asking(schema(), requestContext(shop.app, loaders));
// Five: what a phone shows before anybody scrolls.
const shown = 5;

interface Found {
  readonly pair: SearchPair;
  readonly slugs: readonly string[];
  /** Of what is meant, the share that is shown; of a shelf, the share of what is shown that stands on it. */
  readonly recall: number;
  /** 1 for the first place, 1/2 for the second …; 0 when nothing that is meant is shown. */
  readonly reciprocalRank: number;
}

const look = async (pair: SearchPair): Promise<Found> => {
  const { query, language, products, shelf } = pair;
  const { data } = await ask(
    guest,
    `query Q($query: String!, $language: Language) {
       search(query: $query, language: $language, first: ${shown}) { edges { node { slug category { slug } } } }
     }`,
    { query, language: language.toUpperCase() },
  );
  const nodes: { slug: string; category: { slug: string } }[] = data.search.edges.map(
    ({ node }: { node: unknown }) => node,
  );
  const slugs = nodes.map(({ slug }) => slug);
  if (products?.length === 0) {
    const isRight = slugs.length === 0 ? 1 : 0;
    return { pair, slugs, recall: isRight, reciprocalRank: isRight };
  }
  const hits = nodes.map((node) => (products ? products.includes(node.slug) : node.category.slug === shelf));
  const recall = hits.filter(Boolean).length / (products?.length ?? shown);
  return { pair, slugs, recall, reciprocalRank: hits.includes(true) ? 1 / (hits.indexOf(true) + 1) : 0 };
};

const results: Found[] = [];
for (const pair of searchPairs) results.push(await look(pair));
const mean = (of: (found: Found) => number, some: readonly Found[]) =>
  some.reduce((sum, found) => sum + of(found), 0) / some.length;
const missed = ({ pair, slugs }: Found) =>
  `${pair.language} "${pair.query}": ${pair.products ?? pair.shelf} but ${slugs.join(', ') || 'nothing'}`;

describe.each(['en', 'ko'] as const)('searching the demo shop in %s', (language) => {
  const some = results.filter(({ pair }) => pair.language === language);

  it('shows at least nine tenths of what is meant among the first five', () => {
    const [recall, reciprocalRank] = [mean((one) => one.recall, some), mean((one) => one.reciprocalRank, some)];
    const below = some.filter((one) => one.recall < 1).map(missed);
    console.info(
      `${language}: ${some.length} queries, recall@5 ${recall.toFixed(3)}, MRR ${reciprocalRank.toFixed(3)}`,
      below,
    );
    expect(recall, below.join('\n')).toBeGreaterThanOrEqual(0.9);
  });

  it('shows nothing for what nobody sells here', () => {
    const nonsense = some.filter(({ pair }) => pair.products?.length === 0);
    expect(nonsense.filter(({ slugs }) => slugs.length > 0).map(missed)).toEqual([]);
  });
});
