/** What somebody types, made into conditions on the index. */
import { bigramMark, titleMark } from './document.ts';
import {
  bigramsOf,
  distance,
  fold,
  isHangul,
  lexemeOf,
  mostErrors,
  spelling,
  withoutParticle,
  wordsOf,
} from './text.ts';
import { allOf, anyOf, lexeme, type TsQuery } from './tsquery.ts';

// 200 characters: a pasted title fits; what is longer was not typed into a search box.
export const longestQuery = 200;
// 10 words: the rest of a sentence adds no meaning that an index could use, but costs as much as the rest.
const mostWords = 10;
// Synonyms of up to three words: "mummy sleeping bag".
export const longestPhrase = 3;

const stopWords = new Set('a an and at by for from in is of on or that the to with'.split(' '));

export interface QueryWord {
  readonly word: string;
  readonly lexeme: string;
  readonly spelling: string;
  /** What other words of its family begin with: "steam" of "steaming". Empty when it has no ending. */
  readonly root: string;
  /** In how many errors a word of the catalogue may differ from it. */
  readonly errors: number;
}

export interface ParsedQuery {
  /** The same for queries that mean the same: what staff pin results to. */
  readonly key: string;
  readonly words: readonly QueryWord[];
  /** Words that may be written together or apart in the catalogue: "head lamp" as "headlamp", and the other way round. */
  readonly otherForms: readonly string[];
  /** Phrases that may have synonyms. */
  readonly phrases: readonly string[];
  /** When it looks like a stock keeping unit, or the beginning of one. */
  readonly sku: string | undefined;
}

const skuForm = /^[A-Z0-9]+(?:-[A-Z0-9]+)*-?$/;

const skuIn = (query: string): string | undefined => {
  const upper = query.trim().toUpperCase();
  // At least a digit or a hyphen: other words are words.
  return upper.length >= 3 && upper.length <= 50 && skuForm.test(upper) && /[0-9-]/.test(upper) ? upper : undefined;
};

const ending = /(?:ing|ed|er|or|ly|ness|able|y)$/;
// 4 letters: shorter roots begin too many families.
const shortestRoot = 4;

const rootOf = (word: string): string => {
  const root = word.replace(ending, '');
  return root !== word && root.length >= shortestRoot ? root : '';
};

const queryWord = (word: string): QueryWord => {
  const own = lexemeOf(word);
  const spelt = spelling(own);
  // A number that differs in a digit is another number. Hangul is spelt out in about twice as many letters.
  const errors = /\p{N}/u.test(word) ? 0 : mostErrors(isHangul(word) ? spelt.slice(0, word.length * 2) : spelt);
  return { word, lexeme: own, spelling: spelt, root: rootOf(own), errors };
};

/** "sleepingbag" as "sleeping bag": every place to cut it. */
const cuts = ({ word }: QueryWord): [string, string][] =>
  word.length < 6 || isHangul(word)
    ? []
    : Array.from({ length: word.length - 5 }, (_, at) => [
        lexemeOf(word.slice(0, at + 3)),
        lexemeOf(word.slice(at + 3)),
      ]);

const joints = (words: readonly QueryWord[]): string[] =>
  words.slice(1).map(({ word }, at) => lexemeOf(`${words[at]?.word}${word}`));

export const phraseKey = (words: readonly string[]): string => words.map(lexemeOf).join(' ');

export const parseQuery = (query: string): ParsedQuery => {
  const all = wordsOf(query).slice(0, mostWords);
  const meaningful = all.filter((word) => !stopWords.has(word));
  const words = (meaningful.length > 0 ? meaningful : all).map(queryWord);
  const phrases = words.flatMap((_, from) =>
    Array.from({ length: Math.min(longestPhrase, words.length - from) }, (__, more) =>
      phraseKey(words.slice(from, from + more + 1).map(({ word }) => word)),
    ),
  );
  return {
    key: words.map((word) => word.lexeme).join(' '),
    words,
    otherForms: [...joints(words), ...words.flatMap(cuts).flat()],
    phrases: [...new Set(phrases)],
    sku: skuIn(fold(query)),
  };
};

/** A word of the catalogue that a word of the query may mean. */
export interface FoundWord {
  /** Of which word of the query. */
  readonly place: number;
  readonly kind: 'exact' | 'prefix' | 'close' | 'related';
  readonly lexeme: string;
  readonly spelling: string;
  /** How many documents, and titles, have it. */
  readonly documents: number;
  readonly titles: number;
}

/** What the catalogue knows of a query. */
export interface Vocabulary {
  readonly found: readonly FoundWord[];
  /** Those of the query's other forms that it has. */
  readonly known: ReadonlySet<string>;
  /** By phrase: the phrases that mean the same. */
  readonly synonyms: ReadonlyMap<string, readonly string[]>;
}

/** Conditions on a document. */
export interface TextConditions {
  /** How many words it asks for. */
  readonly words: number;
  readonly anywhere: TsQuery;
  readonly inTitle: TsQuery;
  /** What it is ranked by: the words as they were typed, those of them that the catalogue has, and what they may mean as well. */
  readonly exact: TsQuery | undefined;
  readonly loose: TsQuery;
  /** Fewer of the words; for when no document has them all. */
  readonly relaxed: { readonly anywhere: TsQuery; readonly inTitle: TsQuery } | undefined;
}

/**
 * A condition in the versions that are needed of it: on all text, on titles, and for ranking, where each word counts by itself
 * (ts_rank weighs what is joined by "and" by distances, and positions say nothing here).
 */
type Version = 'anywhere' | 'inTitle' | 'rank';
type Condition = (version: Version) => TsQuery | undefined;

const every =
  (...conditions: readonly Condition[]): Condition =>
  (version) =>
    (version === 'rank' ? anyOf : allOf)(...conditions.map((condition) => condition(version)));
const some =
  (...conditions: readonly Condition[]): Condition =>
  (version) =>
    anyOf(...conditions.map((condition) => condition(version)));

const indexed =
  (text: string): Condition =>
  (version) =>
    lexeme((version === 'inTitle' ? titleMark : '') + text);

/** In Korean the parts of the word: what is written around it belongs to the same word. */
const word = (text: string): Condition => {
  if (!isHangul(text)) return indexed(lexemeOf(text));
  const bare = withoutParticle(text);
  return some(...[text, ...(bare === undefined ? [] : [bare])].map(inHangul));
};

const inHangul = (text: string): Condition => {
  const parts = every(...bigramsOf(text).map((part) => indexed(bigramMark + part)));
  return (version) => (version === 'rank' ? anyOf(parts(version), indexed(text)(version)) : parts(version));
};

const phrase = (text: string): Condition => every(...text.split(' ').map(word));

interface Understood {
  /** The catalogue has the word itself, or in Korean may have it within others. */
  readonly isThere: boolean;
  readonly isKnown: boolean;
  readonly isInTitles: boolean;
  /** What else it may mean. */
  readonly others: readonly Condition[];
}

/** Only the closest ones: with a word one letter away, one that is two letters away was not meant. */
const closest = ({ spelling: typed, errors }: QueryWord, found: readonly FoundWord[]): FoundWord[] => {
  const near = found.map((one) => ({ one, errors: distance(typed, one.spelling) }));
  const least = Math.min(errors, ...near.map((one) => one.errors));
  return near.filter((one) => one.errors <= least).map(({ one }) => one);
};

const understand = (asked: QueryWord, place: number, { found, known }: Vocabulary): Understood => {
  const mine = found.filter((one) => one.place === place);
  const of = (kind: FoundWord['kind']) => mine.filter((one) => one.kind === kind);
  const exact = of('exact').some(({ documents }) => documents > 0);
  const isInTitles = of('exact').some(({ titles }) => titles > 0);
  // A word of titles is what was meant; otherwise it may be the beginning of one ("back" of "backpack").
  const prefixes = isInTitles ? [] : of('prefix');
  const cut = exact ? undefined : cuts(asked).find(([left, right]) => known.has(left) && known.has(right));
  const isFound = exact || prefixes.length > 0 || cut !== undefined;
  const close = isFound ? [] : closest(asked, of('close'));
  const others = [...prefixes, ...close, ...(isFound || close.length > 0 ? [] : of('related'))];
  return {
    isThere: exact || isHangul(asked.word),
    isKnown: exact || others.length > 0 || cut !== undefined,
    isInTitles: isInTitles || others.some(({ titles }) => titles > 0),
    others: [...others.map((one) => word(one.lexeme)), ...(cut ? [every(...cut.map(word))] : [])],
  };
};

interface Segment {
  readonly typed: Condition;
  readonly isThere: boolean;
  readonly others: readonly Condition[];
  readonly isKnown: boolean;
  readonly isInTitles: boolean;
}

/** What stands for two or more words at once, or has synonyms: the longest phrases first. */
const segmentsOf = ({ words }: ParsedQuery, vocabulary: Vocabulary): Segment[] => {
  const understood = words.map((asked, place) => understand(asked, place, vocabulary));
  const segments: Segment[] = [];
  for (let from = 0; from < words.length; ) {
    const { length, others } = phraseAt(words, from, vocabulary);
    const parts = understood.slice(from, from + length);
    const typed = words.slice(from, from + length).map((asked) => word(asked.word));
    segments.push({
      typed: every(...typed),
      isThere: parts.some((part) => part.isThere),
      others: [
        ...others,
        ...(parts.some((part) => part.others.length > 0)
          ? [every(...parts.map((part, at) => some(...typed.slice(at, at + 1), ...part.others)))]
          : []),
      ],
      isKnown: others.length > 0 || parts.every((part) => part.isKnown),
      isInTitles: others.length > 0 || parts.every((part) => part.isInTitles),
    });
    from += length;
  }
  return segments;
};

const phraseAt = (words: readonly QueryWord[], from: number, { known, synonyms }: Vocabulary) => {
  for (let length = Math.min(longestPhrase, words.length - from); length > 0; length--) {
    const typed = words.slice(from, from + length).map((asked) => asked.word);
    const joined = lexemeOf(typed.join(''));
    const others = [
      ...(synonyms.get(phraseKey(typed)) ?? []).map(phrase),
      ...(length === 2 && known.has(joined) ? [word(joined)] : []),
    ];
    if (others.length > 0) return { length, others };
  }
  return { length: 1, others: [] };
};

const leavingOneOut = (segments: readonly Segment[], of: (segment: Segment) => Condition): Condition | undefined => {
  if (segments.length < 2) return undefined;
  if (segments.length > 2)
    return some(...segments.map((left) => every(...segments.filter((segment) => segment !== left).map(of))));
  const named = segments.filter(({ isInTitles }) => isInTitles);
  return named.length > 0 ? some(...named.map(of)) : undefined;
};

/** Undefined for a query without a word: nothing but punctuation. */
export const textConditions = (query: ParsedQuery, vocabulary: Vocabulary): TextConditions | undefined => {
  const all = segmentsOf(query, vocabulary);
  const known = all.filter(({ isKnown }) => isKnown);
  // Most of it is nonsense: then so is what would be left.
  const segments = known.length * 2 >= all.length && known.length > 0 ? known : all;
  const meant = ({ typed, others }: Segment): Condition => some(typed, ...others);
  const whole = inBoth(every(...segments.map(meant)));
  const exact = some(...segments.filter(({ isThere }) => isThere).map(({ typed }) => typed))('rank');
  const loose = some(...segments.map(meant))('rank');
  if (whole === undefined || loose === undefined) return undefined;
  const fewer = leavingOneOut(segments, meant);
  return { ...whole, words: query.words.length, exact, loose, relaxed: fewer && inBoth(fewer) };
};

const inBoth = (condition: Condition): Pick<TextConditions, 'anywhere' | 'inTitle'> | undefined => {
  const [anywhere, inTitle] = [condition('anywhere'), condition('inTitle')];
  return anywhere === undefined || inTitle === undefined ? undefined : { anywhere, inTitle };
};
