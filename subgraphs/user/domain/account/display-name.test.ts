import { expect, test } from 'vitest';
import { parseDisplayName } from './display-name.ts';

test.each(['Ada', '李雷', "Siobhán O'Hara-Łukasz", 'محمد', '🦊', 'a'.repeat(80), '🦊'.repeat(80)])(
  'takes %j',
  (name) => {
    expect(parseDisplayName(name)).toBe(name);
  },
);

test('trims a name and normalizes its accents', () => {
  expect(parseDisplayName('  Zoe\u0308 ')).toBe('Zoë');
});

test.each([
  ['nothing', ''],
  ['blanks', ' \t '],
  ['only what is invisible', '\u200b\u200d'],
  ['only a letter that is invisible', '\u3164'],
  ['only letters that fill syllables', '\u115f\u1160\uffa0'],
  ['only a braille pattern without dots', '\u2800'],
  ['a line end', 'Ada\nBcc: eve@example.com'],
  ['a NUL, which PostgreSQL cannot store', 'Ada\u0000'],
  ['half a surrogate pair, which UTF-8 cannot hold', 'Ada\ud83e'],
  ['a mark that turns the direction of writing', 'Ada\u202egnp'],
  ['81 characters', 'a'.repeat(81)],
])('refuses %s', (_, name) => {
  expect(parseDisplayName(name)).toBeUndefined();
});
