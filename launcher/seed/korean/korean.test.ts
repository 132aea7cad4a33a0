import { expect, it } from 'vitest';
import { attributeForms } from '../attributes.ts';
import { home } from '../home.ts';
import { kitchen } from '../kitchen.ts';
import { outdoor } from '../outdoor.ts';
import { isWrittenAlike, koreanLines } from './korean.ts';
import { words } from './words.ts';

const departments = [outdoor, kitchen, home];
const aisles = departments.flatMap((department) => Object.entries(department.aisles));
const shelves = aisles.flatMap(([, some]) => some);
const products = shelves.flatMap((shelf) => shelf.products);
const isText = (value: unknown): value is string => typeof value === 'string';

/** Everything English on the shelves that is not a product's own. */
const english = new Set([
  ...departments.map(({ name }) => name),
  ...aisles.map(([name]) => name),
  ...shelves.flatMap(({ name, closing, choices }) => [
    name,
    closing,
    ...choices.flatMap((choice) => [choice.name, ...choice.values]),
  ]),
  ...Object.keys(attributeForms),
  ...shelves.flatMap(({ facts }) => Object.values(facts).flat().filter(isText)),
  ...products.flatMap(([, , , particulars]) => Object.values(particulars?.facts ?? {}).filter(isText)),
]);

it('has every word of the shelves in Korean, and no other', () => {
  const translated = [...english].filter((word) => !isWrittenAlike(word));
  expect(Object.keys(words).toSorted()).toEqual(translated.toSorted());
});

it('has every product in Korean, and no other', () => {
  expect(Object.keys(koreanLines).toSorted()).toEqual(products.map(([title]) => title).toSorted());
});

it('writes Korean in Hangul, composed, and gives no two products one title', () => {
  const titles = Object.values(koreanLines).map(([title]) => title);
  expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
  const texts = [...Object.values(words), ...Object.values(koreanLines).flat()];
  expect(texts.filter((text) => text !== text.normalize('NFC') || !/\p{Script=Hangul}/u.test(text))).toEqual([]);
  expect(Object.values(koreanLines).filter(([, about]) => !/[.!]$/.test(about))).toEqual([]);
});
