import { expect, test } from 'vitest';
import { keyStates, signingKey } from './signing-keys.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 12, minute));
const from = (kid: string, minute: number) => ({ kid, signsFrom: at(minute).toISOString() });
const always = (kid: string) => ({ kid });

test.each([
  ['the only one', [always('a')], 0, 'a'],
  ['the first of those without a time', [always('a'), always('b')], 0, 'a'],
  ['the old one until the new one begins', [always('old'), from('new', 10)], 9, 'old'],
  ['the new one from then on, wherever it stands', [from('new', 10), always('old')], 10, 'new'],
  ['the latest of several', [from('b', 5), from('c', 10), always('a')], 20, 'c'],
  ['the first to begin, when a clock is behind for all', [from('b', 5), from('a', 2)], 0, 'a'],
])('signs: %s', (_, keys, minute, kid) => {
  expect(signingKey<{ kid: string; signsFrom?: string }>(keys, at(minute))?.kid).toBe(kid);
});

test('a previous key may go when the last token that it can have signed has expired', () => {
  const keys = [always('old'), from('new', 10), from('later', 40)];
  const states = (minute: number) => keyStates(keys, at(minute), 20 * 60_000).map(({ is }) => is);
  expect(states(0)).toEqual(['signing', 'next', 'next']);
  expect(states(10)).toEqual(['previous', 'signing', 'next']);
  expect(keyStates(keys, at(10), 20 * 60_000)[0]).toMatchObject({ retirableAt: at(30) });
});
