/**
 * Text as search compares it. All of it happens here and nothing in the database, so that a document and a query are
 * treated alike on a server of any locale: `lower`, `unaccent` and pg_trgm depend on it, and under LC_CTYPE=C they drop Hangul.
 */

/** Letters that Unicode does not take apart into a base and a mark. */
const latin: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ı: 'i',
};

/** Without accents, case, ligatures, full-width forms and apostrophes: "Café’s ＡＢＣ" is "cafes abc". */
export const fold = (text: string): string =>
  text
    // Hangul is taken apart as well, and put together again below.
    .normalize('NFKD')
    .replaceAll(/[\p{M}'’‘`´]/gu, '')
    .toLowerCase()
    .replaceAll(/[ßæœøđðłþı]/g, (letter) => latin[letter] ?? letter)
    .normalize('NFC');

const hangul = /^\p{Script=Hangul}/u;
/** Numbers ("2.5"), runs of Hangul, and runs of other letters: "2.5kg" and "MSR텐트" are two words each. */
const words = /\p{N}+(?:[.,]\p{N}+)*|\p{Script=Hangul}+|[\p{L}--\p{Script=Hangul}]+/gv;

export const isHangul = (word: string): boolean => hangul.test(word);

/** The words of a text, folded, in its order. */
export const wordsOf = (text: string): string[] => fold(text).match(words) ?? [];

// Plurals that no rule below makes out.
const irregular: Readonly<Record<string, string>> = {
  children: 'child',
  feet: 'foot',
  halves: 'half',
  knives: 'knife',
  leaves: 'leaf',
  loaves: 'loaf',
  men: 'man',
  mens: 'man',
  mice: 'mouse',
  potatoes: 'potato',
  scarves: 'scarf',
  shelves: 'shelf',
  tomatoes: 'tomato',
  wives: 'wife',
  wolves: 'wolf',
  women: 'woman',
  womens: 'woman',
};

/**
 * An English word in the singular. Only plurals are undone (after Harman's S-stemmer): a stemmer that also cuts off "-ing" and
 * "-er" makes one word of "cook" and "cooker", which a shop sells apart.
 */
const singular = (word: string): string => {
  const known = irregular[word];
  if (known) return known;
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  if (/[^ae]ies$/.test(word)) return word.length > 4 ? `${word.slice(0, -3)}y` : word.slice(0, -1);
  if (/(?:x|z|ch|sh|ss)es$/.test(word)) return word.slice(0, -2);
  return /[^us]s$/.test(word) ? word.slice(0, -1) : word;
};

/** What stands for a word in the index: the same for its forms. */
export const lexemeOf = (word: string): string => (isHangul(word) ? word : singular(word));

/**
 * Every two neighbouring syllables of a Korean word: compounds are written without spaces, so "텐트" has to find "백패킹텐트".
 * Of one syllable, that.
 */
export const bigramsOf = (word: string): string[] => {
  const syllables = [...word];
  return syllables.length < 2
    ? syllables
    : syllables.slice(1).map((syllable, index) => `${syllables[index]}${syllable}`);
};

/** What follows a noun in a sentence; the longer ones first. */
const particle = /(?:에서|으로|까지|부터|처럼|보다|을|를|이|가|은|는|에|의|로|와|과|도|만)$/;

/** A Korean word without its particle ("텐트를" is "텐트"); undefined when it seems to have none. */
export const withoutParticle = (word: string): string | undefined => {
  const bare = word.replace(particle, '');
  // A noun of one syllable is more often a word that ends like a particle.
  return bare !== word && [...bare].length > 1 ? bare : undefined;
};

const initials = 'g kk n d tt r m b pp s ss  j jj ch k t p h'.split(' ');
const vowels = 'a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i'.split(' ');
const finals = ' k kk ks n nj nh t l lk lm lb ls lt lp lh m p ps t ss ng j ch k t p h'.split(' ');
const firstSyllable = 0xac00;
const syllablesPerInitial = vowels.length * finals.length;

/**
 * A folded word in ASCII, for trigrams, which compare nothing else under every locale: Hangul is spelt out letter by letter, so
 * that one wrong letter of a syllable is a small difference. Other scripts have none ("").
 */
export const spelling = (word: string): string =>
  [...word]
    .map((character) => {
      const index = (character.codePointAt(0) ?? 0) - firstSyllable;
      if (index < 0 || index >= initials.length * syllablesPerInitial) return character;
      const initial = initials[Math.floor(index / syllablesPerInitial)];
      const vowel = vowels[Math.floor((index % syllablesPerInitial) / finals.length)];
      return `${initial}${vowel}${finals[index % finals.length]}`;
    })
    .join('')
    .replaceAll(/[^a-z0-9]/g, '');

/**
 * How many letters have to be changed, added, left out or swapped with their neighbour to turn one spelling into the other
 * (optimal string alignment).
 */
export const distance = (from: string, to: string): number => {
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1];
      const isSwap = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
        isSwap ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    before = last;
    last = current;
  }
  return last[to.length] ?? 0;
};

/** Errors that a word of this length may have: as many as Lucene's AUTO allows. */
export const mostErrors = (word: string): number => {
  if (word.length < 4) return 0;
  return word.length < 6 ? 1 : 2;
};

// 4 to 12 letters: below, everything is like everything else; above, a slip leaves most trigrams as they are.
const [shortestSlip, longestSlip] = [4, 12];

/**
 * A spelling, and itself with each of its letters left out. Two words that differ by a letter, or by two neighbours in the wrong
 * order, have one of these in common: in short words that leaves hardly a trigram (after SymSpell).
 */
export const deletionsOf = (word: string): string[] =>
  word.length < shortestSlip || word.length > longestSlip
    ? [word]
    : [...new Set([word, ...Array.from(word, (_, at) => word.slice(0, at) + word.slice(at + 1))])];
