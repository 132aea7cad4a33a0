/** `npm run keys -- rotate` while the shop sells. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessTokenKeysPath } from '#contracts/access-token.ts';
import { until } from '#kit/vitest/until.ts';
import { graphqlClient } from '#launcher/shopper/graphql-client.ts';
import { newShopper } from '#launcher/shopper/shopper.ts';
import { openTemporaryShop, type TemporaryShop } from '#launcher/temporary-shop.ts';

// A system of its own: elsewhere, a gateway that has just looked up a forged key would wait before it looks up this one.
let agora: TemporaryShop;
beforeAll(async () => {
  agora = await openTemporaryShop({ env: { ...process.env, LOG_LEVEL: 'error' } });
});
afterAll(() => agora?.stop());
const aShopper = () => newShopper(agora.gateway);

const kidOf = (token: string) => decodeProtectedHeader(token).kid;

const keys = async (...args: string[]): Promise<string> => {
  const program = path.resolve(import.meta.dirname, '../../ops/keys.ts');
  const env = { PATH: process.env.PATH, HOME: process.env.HOME };
  return (await promisify(execFile)(process.execPath, [program, ...args, '--data', agora.dataDir], { env })).stdout;
};

/** The HTTP status of a question in the name of a token, which is 401 when it is not valid. */
const statusFor = async (token: string): Promise<number> =>
  (await graphqlClient(agora.gateway, token).send('{ me { id } }')).status;

const publishedKids = async (): Promise<string[]> => {
  const answer = await fetch(new URL(accessTokenKeysPath, agora.urls.user));
  return ((await answer.json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
};

// The user service looks at its file every five seconds, and a gateway that meets an unknown key fetches the keys again at
// most every five seconds. A rotation without `--in 0` publishes a key long before it signs, and no gateway meets it unknown.
const withinMs = 30_000;

test('signs nobody out: tokens from before work beside those of the new key, and nothing restarts', async () => {
  const before = (await aShopper()).accessToken;
  await keys('rotate', '--in', '0');
  const statuses = new Set<number>();
  let after = before;
  await until(
    'a token that the new key signed, and that the gateway knows',
    async () => {
      statuses.add(await statusFor(before));
      after = await aShopper().then(
        ({ accessToken }) => accessToken,
        () => before,
      );
      return kidOf(after) !== kidOf(before) && (await statusFor(after)) === 200;
    },
    withinMs,
  );
  statuses.add(await statusFor(before));
  expect([...statuses]).toEqual([200]);
  expect(await publishedKids()).toEqual([kidOf(before), kidOf(after)]);
  expect(await keys('retire')).toContain('Nothing to retire yet.');
  expect(await keys('list')).toMatch(new RegExp(`${kidOf(before)}  no longer signs.*\n${kidOf(after)}  signs`));
  expect(await publishedKids()).toHaveLength(2);
});
