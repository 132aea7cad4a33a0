/** The demo catalogue in Korean. What it lacks throws, rather than stand on a Korean page in English. */
import type { KoreanLines } from '../shelf.ts';
import { home } from './home.ts';
import { kitchen } from './kitchen.ts';
import { outdoor } from './outdoor.ts';
import { words } from './words.ts';

export const koreanLines: KoreanLines = { ...outdoor, ...kitchen, ...home };

// A measure, such as 38 × 14 cm, or a size or type that has no words in it: XL, IPX4.
const isTheSame = /^([\d., ×–]+( (cm|l))?|[A-Z]{1,2}|[A-Z0-9]+[A-Za-z]*\d+)$/;

/** Whether Korean writes it as English does. */
export const isWrittenAlike = (english: string): boolean => isTheSame.test(english);

export const koreanOf = (english: string): string => {
  const korean = words[english] ?? (isWrittenAlike(english) ? english : undefined);
  if (korean === undefined) throw new Error(`the demo catalogue has no Korean for "${english}"`);
  return korean;
};

export const koreanLine = (title: string): KoreanLines[string] => {
  const line = koreanLines[title];
  if (!line) throw new Error(`the demo catalogue has no Korean for the product "${title}"`);
  return line;
};
