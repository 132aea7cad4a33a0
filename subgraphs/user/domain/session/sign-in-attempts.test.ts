import { describe, expect, test } from 'vitest';
import {
  type AddressHistory,
  afterFailure,
  afterSuccess,
  forgetAt,
  isStrangersGuess,
  lockedUntil,
  type SignInHistory,
} from './sign-in-attempts.ts';

const start = new Date('2026-11-22T12:00:00Z');
const later = (ms: number) => new Date(start.getTime() + ms);
const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const failed = (failures: number): AddressHistory => ({ failures, lastFailedAt: start, lastSignedInAt: null });
/** Has signed in so long before the start. */
const known = (failures: number, ms = day): AddressHistory => ({ ...failed(failures), lastSignedInAt: later(-ms) });
const history = (over: Partial<SignInHistory> = {}): SignInHistory => ({
  here: undefined,
  strangers: undefined,
  now: start,
  ...over,
});
const attacked = { strangers: { failures: 30, since: later(-hour) } };

test.each([
  ['nobody has guessed', undefined],
  ['some have guessed from elsewhere', { failures: 29, since: start }],
  ['a thousand addresses have', { failures: 1_000, since: start }],
])('an address that has not guessed is open when %s', (_, strangers) => {
  expect(lockedUntil(history({ strangers }))).toBeUndefined();
});

describe('an address that has guessed', () => {
  test.each([
    [1, 0],
    [4, 0],
    [5, 30 * second],
    [6, 60 * second],
    [7, 120 * second],
    [9, 480 * second],
    [10, 900 * second],
    [11, 900 * second],
    [5_000, 900 * second],
  ])('%i times in a row waits for %i ms', (failures, ms) => {
    const expected = ms === 0 ? undefined : later(ms);
    expect(lockedUntil(history({ here: failed(failures) }))).toEqual(expected);
    expect(lockedUntil(history({ here: known(failures), ...attacked }))).toEqual(expected);
  });

  test.each([
    [1, minute],
    [2, 4 * minute],
    [3, 16 * minute],
    [6, 1_024 * minute],
    [7, day],
    [5_000, day],
  ])('%i times waits for %i ms when others guess at the same account and it has never signed in', (failures, ms) => {
    expect(lockedUntil(history({ here: failed(failures), ...attacked }))).toEqual(later(ms));
    expect(lockedUntil(history({ here: known(failures, 90 * day), ...attacked }))).toEqual(later(ms));
  });

  test('once does not wait while other guesses are few, or were many a day ago', () => {
    const few = { failures: 29, since: start };
    const old = { failures: 30, since: later(-day) };
    for (const strangers of [few, old]) expect(lockedUntil(history({ here: failed(1), strangers }))).toBeUndefined();
  });

  test('is accepted at the very moment that was announced', () => {
    expect(lockedUntil(history({ here: failed(5), now: later(30 * second - 1) }))).toEqual(later(30 * second));
    expect(lockedUntil(history({ here: failed(5), now: later(30 * second) }))).toBeUndefined();
  });

  test('keeps counting after a wait has ended, and forgets failures after a day', () => {
    const oneMoreAfter = (ms: number) => afterFailure(history({ here: failed(5), now: later(ms) }));
    expect(oneMoreAfter(60 * second)).toEqual({ failures: 6, lastFailedAt: later(60 * second), lastSignedInAt: null });
    expect([oneMoreAfter(day - 1).failures, oneMoreAfter(day).failures]).toEqual([6, 1]);
  });

  test('and then signs in is known, and starts over', () => {
    expect(afterSuccess(history({ here: failed(4) }))).toEqual({
      failures: 0,
      lastFailedAt: null,
      lastSignedInAt: start,
    });
    expect(afterFailure(history({ here: known(0) }))).toMatchObject({ failures: 1, lastSignedInAt: later(-day) });
  });
});

/** What somebody finds out in a day who guesses whenever they may. */
const guessesInADay = (strangers?: SignInHistory['strangers']): number => {
  let here: AddressHistory | undefined;
  let guesses = 0;
  for (let now = start; now < later(day); ) {
    const until = lockedUntil(history({ here, strangers, now }));
    if (until) now = until;
    else {
      here = afterFailure(history({ here, now }));
      guesses++;
    }
  }
  return guesses;
};

test('one address gets about a hundred guesses a day, and seven when many guess', () => {
  expect(guessesInADay()).toBeGreaterThan(90);
  expect(guessesInADay()).toBeLessThan(110);
  expect(guessesInADay({ failures: 30, since: start })).toBe(7);
});

test("strangers' guesses are counted until they are many; those of an address that has signed in are not", () => {
  expect(isStrangersGuess(history())).toBe(true);
  expect(isStrangersGuess(history(attacked))).toBe(false);
  expect(isStrangersGuess(history({ strangers: { failures: 30, since: later(-day) } }))).toBe(true);
  expect(isStrangersGuess(history({ here: known(3) }))).toBe(false);
  expect(isStrangersGuess(history({ here: known(3, 90 * day) }))).toBe(true);
});

test('a wrong password is kept for a day, a sign-in for ninety', () => {
  expect(forgetAt(failed(3))).toEqual(later(day));
  expect(forgetAt(known(3))).toEqual(later(89 * day));
  expect(forgetAt({ ...known(3), lastSignedInAt: later(-90 * day) })).toEqual(later(day));
});
