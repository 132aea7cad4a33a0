import { expect, it } from 'vitest';
import { demoCatalogue } from '#launcher/seed/catalogue.ts';
import { searchPairs } from './search-pairs.ts';

const { products, categories } = demoCatalogue();
const sold = new Set(products.filter(({ status }) => status === 'PUBLISHED').map(({ slug }) => slug));

it('means products and shelves of the demo shop that customers see', () => {
  expect(searchPairs.flatMap((pair) => pair.products ?? []).filter((slug) => !sold.has(slug))).toEqual([]);
  const shelves = searchPairs.flatMap(({ shelf }) => shelf ?? []);
  expect(shelves.filter((shelf) => !categories.some(({ slug }) => slug === shelf))).toEqual([]);
});

it('has at least 60 pairs, 20 of them Korean, none twice', () => {
  const typed = searchPairs.map(({ query, language }) => `${language} ${query}`);
  expect(new Set(typed).size).toBe(typed.length);
  expect(typed.length).toBeGreaterThanOrEqual(60);
  expect(typed.filter((query) => query.startsWith('ko')).length).toBeGreaterThanOrEqual(20);
});
