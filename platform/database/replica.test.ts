import { expect, it } from 'vitest';
import { type Expected, nextExpected } from './replica.ts';

const looks = (start: Expected, ...seen: { newest: bigint; seen: bigint; now: number }[]) =>
  seen.reduce(nextExpected, start);

it('waits for the newest row of one look until it has arrived, however many come after it', () => {
  const start = { position: 10n, since: 0 };
  expect(looks(start, { newest: 20n, seen: 9n, now: 1 }, { newest: 30n, seen: 9n, now: 2 })).toEqual(start);
});

it('waits for the then newest one when it has arrived: a replica may be busy and never have all', () => {
  const start = { position: 10n, since: 0 };
  expect(looks(start, { newest: 20n, seen: 15n, now: 1 })).toEqual({ position: 20n, since: 1 });
  expect(looks(start, { newest: 20n, seen: 15n, now: 1 }, { newest: 40n, seen: 30n, now: 2 }).since).toBe(2);
});

it('is never behind while nothing is written', () => {
  const quiet = { newest: 10n, seen: 10n };
  expect(looks({ position: 10n, since: 0 }, { ...quiet, now: 1 }, { ...quiet, now: 9 }).since).toBe(9);
});
