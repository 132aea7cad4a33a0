import { describe, expect, it } from 'vitest';
import { bigramsOf, deletionsOf, distance, lexemeOf, mostErrors, spelling, withoutParticle, wordsOf } from './text.ts';

describe('words', () => {
  it.each([
    ['Café’s ＡＢＣ', ['cafes', 'abc']],
    ['2.5kg MSR텐트', ['2.5', 'kg', 'msr', '텐트']],
    ['Straße, Smørrebrød', ['strasse', 'smorrebrod']],
    ['LAMP-1-A', ['lamp', '1', 'a']],
    ['&|!:*() 👍 \u0000', []],
    // Hangul that is written letter by letter is the same as in syllables.
    ['텐트'.normalize('NFD'), ['텐트']],
  ])('of %j are %j', (text, expected) => {
    expect(wordsOf(text)).toEqual(expected);
  });
});

it.each([
  ['tents', 'tent'],
  ['batteries', 'battery'],
  ['boxes', 'box'],
  ['shoes', 'shoe'],
  ['knives', 'knife'],
  ['glass', 'glass'],
  ['glasses', 'glass'],
  ['gas', 'gas'],
  ['ties', 'tie'],
  ['campus', 'campus'],
  ['텐트', '텐트'],
])('%s stands in the index as %s', (word, lexeme) => {
  expect(lexemeOf(word)).toBe(lexeme);
});

it('a Korean word is taken apart into pairs, and rid of its particle', () => {
  expect(bigramsOf('백패킹텐트')).toEqual(['백패', '패킹', '킹텐', '텐트']);
  expect(bigramsOf('컵')).toEqual(['컵']);
  expect(withoutParticle('텐트를')).toBe('텐트');
  expect(withoutParticle('텐트')).toBeUndefined();
});

it('Hangul is spelt out in ASCII, so that a wrong letter is a small difference', () => {
  expect(spelling('텐트')).toBe('tenteu');
  expect(distance(spelling('텐트'), spelling('텐드'))).toBe(1);
  expect(spelling('lamp')).toBe('lamp');
});

it('a swap of two neighbours is one error, and leaves a deletion in common', () => {
  expect(distance('tnet', 'tent')).toBe(1);
  expect(deletionsOf('tnet').some((left) => deletionsOf('tent').includes(left))).toBe(true);
  expect(['fox', 'tent', 'lantern'].map(mostErrors)).toEqual([0, 1, 2]);
});
