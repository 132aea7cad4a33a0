/** Words as a large shop has them: ten that nearly every text has, some thousands that follow Zipf's law, and a few of their own. */

/** From 0 to 1, the same for the same seed (mulberry32). */
export const random = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

export const pick = <T>(from: readonly T[], next: () => number): T => from[Math.floor(next() * from.length)] as T;

/** In half of all texts, as "set", "black" and "cotton" are in a shop's. */
export const commonest = {
  en: ['black', 'set', 'cotton', 'classic', 'light', 'steel', 'large', 'outdoor', 'home', 'premium'],
  ko: ['검정', '세트', '면', '클래식', '경량', '스틸', '대형', '야외용', '가정용', '프리미엄'],
} as const;

const heads = 'al bar cor den el fir gal har is jun kel lor mar nor ol pen quil ras sel tor ul ven wil yar zen'.split(
  ' ',
);
const middles = 'a e i o u an en in or al ir um es'.split(' ');
const tails = 'ter ling don mar sen pot bag lamp ton der cut wick fold nel ring ford vat chet mud pik sor tam'.split(
  ' ',
);
const syllables = [
  ...'가나다라마바사아자차카타파하거너더러머버서어저처커터퍼허고노도로모보소오조초코토포호구누두루무부수우주추쿠투푸후기니디리미비시이지치키티피히',
];

/** The nth word of the language; a different one for each n. */
export const wordAt = (language: 'en' | 'ko', n: number): string => {
  if (language === 'ko') {
    const letters: string[] = [];
    for (let left = n + syllables.length; left > 0; left = Math.floor(left / syllables.length))
      letters.push(syllables[left % syllables.length] as string);
    return letters.join('');
  }
  const [head, rest] = [n % heads.length, Math.floor(n / heads.length)];
  const [tail, more] = [rest % tails.length, Math.floor(rest / tails.length)];
  let inner = '';
  for (let left = more; left > 0; left = Math.floor(left / middles.length)) inner += middles[left % middles.length];
  return `${heads[head]}${inner}${tails[tail]}`;
};

// Heaps' law: a shop of 2,500 products has about 2,000 words, one of 250,000 has 20,000.
export const vocabularyOf = (products: number): number => Math.round(40 * Math.sqrt(products));

/** The rank of a word by Zipf's law, from 0 to below `size`: the first is taken as often as the next two together. */
export const zipf = (size: number, next: () => number): number => Math.min(size - 1, Math.floor(size ** next()) - 1);

/** A text of so many words, of which some are the commonest. */
export const textOf = (language: 'en' | 'ko', words: number, size: number, next: () => number): string =>
  Array.from({ length: words }, () =>
    next() < 0.25 ? pick(commonest[language], next) : wordAt(language, zipf(size, next)),
  ).join(' ');

/** Two neighbouring letters of it swapped, not the first: how people mistype. */
export const mistyped = (word: string): string => {
  const at = Math.max(1, Math.floor(word.length / 2) - 1);
  const [one = '', other = ''] = [word[at], word[at + 1]];
  return one === other
    ? `${word.slice(0, at)}${word.slice(at + 1)}`
    : `${word.slice(0, at)}${other}${one}${word.slice(at + 2)}`;
};
