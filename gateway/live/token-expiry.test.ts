import { beforeAll, beforeEach, expect, it } from 'vitest';
import { fail, ok } from '#contracts/result.ts';
import { guest } from '#contracts/viewer.ts';
import { anAccessToken, type KeyPair, keyPair } from '#kit/user/token-builders.ts';
import { until } from '#kit/vitest/until.ts';
import type { Authenticate } from '../identity/authentication.ts';
import { onTokenExpiry } from './token-expiry.ts';

let key: KeyPair;
let ends: string[];
let asked: number;
let verdict: Awaited<ReturnType<Authenticate>>;
beforeAll(async () => {
  key = await keyPair('token');
});
beforeEach(() => {
  [ends, asked, verdict] = [[], 0, ok(guest)];
});

const begin = async (expiresInSeconds?: number) => {
  const token = await anAccessToken(key, expiresInSeconds === undefined ? {} : { expiresInSeconds });
  const authenticate: Authenticate = async () => {
    asked++;
    return verdict;
  };
  return onTokenExpiry({ authenticate, authorization: `Bearer ${token}` }, (event) => ends.push(event));
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
