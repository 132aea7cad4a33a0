import { beforeAll, beforeEach, expect, it } from 'vitest';
import { fail, ok } from '#contracts/result.ts';
import { anAccessToken, type KeyPair, keyPair } from '#kit/user/token-builders.ts';
import { until } from '#kit/vitest/until.ts';
import { type Authenticate, anybody } from '../identity/credentials.ts';
import { watchCredential } from './credential-watch.ts';

let key: KeyPair;
let ends: string[];
let asked: number;
let verdict: Awaited<ReturnType<Authenticate>>;
let isDenied: boolean;
let tell: Set<() => void>;
beforeAll(async () => {
  key = await keyPair('token');
});
beforeEach(() => {
  [ends, asked, verdict, isDenied, tell] = [[], 0, ok(anybody), false, new Set()];
});

const begin = async (expiresInSeconds?: number) => {
  const token = await anAccessToken(key, expiresInSeconds === undefined ? {} : { expiresInSeconds });
  const authenticate: Authenticate = async () => {
    asked++;
    return verdict;
  };
  const onDenied = (listener: () => void) => {
    tell.add(listener);
    return () => void tell.delete(listener);
  };
  const authorization = `Bearer ${token}`;
  return watchCredential({ authenticate, authorization, isDenied: () => isDenied, denials: { onDenied } }, (event) =>
    ends.push(event),
  );
};

it('ends the stream when the token expires', async () => {
  await begin(0);
  await until('the end', () => ends.length === 1);
  expect(ends[0]).toContain('UNAUTHENTICATED');
});

it('ends it once when a check finds the token withdrawn', async () => {
  const life = await begin();
  life.check();
  verdict = fail({ kind: 'UNAUTHENTICATED', message: 'The key is withdrawn.' });
  life.check();
  life.check();
  await until('the end', () => ends.length > 0 && asked === 3);
  expect(ends).toHaveLength(1);
  expect(ends[0]).toContain('The key is withdrawn.');
});

it('ends it at once when it is denied, and then no longer listens', async () => {
  await begin();
  for (const listener of tell) listener();
  expect(ends).toEqual([]);
  isDenied = true;
  for (const listener of tell) listener();
  expect(ends).toHaveLength(1);
  expect(ends[0]).toContain('UNAUTHENTICATED');
  expect(tell.size).toBe(0);
});

it('ends it when the denial has come since the request was admitted', async () => {
  isDenied = true;
  await begin();
  await until('the end', () => ends.length === 1);
});

it('ends nothing while the keys are unavailable, nor twice', async () => {
  const life = await begin();
  verdict = fail({ kind: 'AUTHENTICATION_UNAVAILABLE', message: 'No keys.' });
  life.check();
  life.stop();
  verdict = fail({ kind: 'UNAUTHENTICATED', message: 'The key is withdrawn.' });
  life.check();
  await until('both answers', () => asked === 2);
  expect(ends).toEqual([]);
});
