import type { CountryRules } from './country-rules.ts';

// E.164: at most 15 digits, the first not 0. Eight: the shortest numbers in use, with their calling code.
const international = /^\+[1-9]\d{7,14}$/;

/**
 * In E.164. A number without a calling code is one of the address's own country. Whether anybody has it, only a call tells:
 * numbering plans change too often to be copied here.
 */
export const canonicalPhone = ({ dial, trunk }: CountryRules, typed: string): string | undefined => {
  // `+44 (0)20…`: the trunk prefix is for those who leave out what is before it.
  const plain = typed
    .normalize('NFKC')
    .replace(/\(0\)/g, '')
    .replace(/[\s().\-/‐‑–—−ー]/g, '')
    .replace(/^00/, '+');
  if (plain.startsWith('+')) return international.test(plain) ? plain : undefined;
  if (!dial || !/^\d+$/.test(plain)) return undefined;
  const national = trunk && plain.startsWith(trunk) ? plain.slice(trunk.length) : plain;
  const number = `+${dial}${national}`;
  return international.test(number) ? number : undefined;
};
