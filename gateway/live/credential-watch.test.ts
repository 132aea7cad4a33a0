import type { GraphQLFormattedError } from 'graphql';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { fail, ok } from '#contracts/result.ts';
import { until } from '#kit/vitest/until.ts';
import { type Authenticate, anybody } from '../identity/credentials.ts';
import { watchCredential } from './credential-watch.ts';

let ends: GraphQLFormattedError[];
let asked: number;
let verdict: Awaited<ReturnType<Authenticate>>;
let isDenied: boolean;
let expiresAt: number | undefined;
let tell: Set<() => void>;
beforeEach(() => {
  [ends, asked, verdict, isDenied, expiresAt, tell] = [[], 0, ok(anybody), false, undefined, new Set()];
});
afterEach(() => void vi.useRealTimers());

const begin = () => {
  const authenticate: Authenticate = async () => {
    asked++;
    return verdict;
  };
  const onDenied = (listener: () => void) => {
    tell.add(listener);
    return () => void tell.delete(listener);
  };
  const caller = { ...anybody, isDenied: () => isDenied, ...(expiresAt !== undefined && { expiresAt }) };
  return watchCredential({ authenticate, authorization: 'Bearer agk_x', caller, denials: { onDenied } }, (error) =>
    ends.push(error),
  );
};

// A year: longer than a timer can be.
it.each([1, 900_000, 31_536_000_000])('ends the stream when its credential expires, in %i ms', (livesMs) => {
  vi.useFakeTimers();
  expiresAt = Date.now() + livesMs;
  begin();
  vi.advanceTimersByTime(livesMs - 1);
  expect(ends).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(ends).toHaveLength(1);
  expect(ends[0]?.extensions).toEqual({ code: 'UNAUTHENTICATED' });
});

it('ends it once when a check finds the token withdrawn', async () => {
  const life = begin();
  life.check();
  verdict = fail({ kind: 'UNAUTHENTICATED', message: 'The key is withdrawn.' });
  life.check();
  life.check();
  await until('the end', () => ends.length > 0 && asked === 3);
  expect(ends).toHaveLength(1);
  expect(ends[0]?.message).toBe('The key is withdrawn.');
});

it('ends it at once when it is denied, and then no longer listens', async () => {
  begin();
  for (const listener of tell) listener();
  expect(ends).toEqual([]);
  isDenied = true;
  for (const listener of tell) listener();
  expect(ends).toHaveLength(1);
  expect(ends[0]?.extensions).toEqual({ code: 'UNAUTHENTICATED' });
  expect(tell.size).toBe(0);
});

it('ends it when the denial has come since the request was admitted', async () => {
  isDenied = true;
  begin();
  await until('the end', () => ends.length === 1);
});

it('ends nothing while the keys are unavailable, nor twice', async () => {
  const life = begin();
  verdict = fail({ kind: 'AUTHENTICATION_UNAVAILABLE', message: 'No keys.' });
  life.check();
  life.stop();
  verdict = fail({ kind: 'UNAUTHENTICATED', message: 'The key is withdrawn.' });
  life.check();
  await until('both answers', () => asked === 2);
  expect(ends).toEqual([]);
});
