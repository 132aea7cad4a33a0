import { afterAll, beforeAll, expect, test } from 'vitest';
import { type UserTestApp, userTestApp } from '#kit/user/builders.ts';
import type { User } from '../../domain/account/user.ts';
import type { TokenPurpose } from '../../domain/mail/mail-kinds.ts';

let kit: UserTestApp;
beforeAll(async () => {
  kit = await userTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());

const mint = (user: User, purpose: TokenPurpose) =>
  kit.deps.transaction(({ oneTimeTokens }) =>
    oneTimeTokens.mint({ userId: user.id, purpose, email: user.email, requestedAt: new Date() }),
  );
const consume = (token: string, purpose: TokenPurpose) =>
  kit.deps.transaction(({ oneTimeTokens }) => oneTimeTokens.consume(token, purpose));

test('of twenty requests with one token, or with two of the same user and purpose, one succeeds', async () => {
  const ada = await kit.customer();
  const tokens = await Promise.all([mint(ada, 'VERIFY_EMAIL'), mint(ada, 'VERIFY_EMAIL')]);
  const uses = await Promise.all(
    Array.from({ length: 20 }, (_, use) => consume(tokens[use % 2] ?? '', 'VERIFY_EMAIL')),
  );
  expect(uses.filter(Boolean)).toEqual([{ userId: ada.id, email: ada.email }]);
});

test('a token is good for its own purpose only, and of its own user', async () => {
  const [ada, eve] = [await kit.customer(), await kit.customer()];
  const reset = await mint(ada, 'RESET_PASSWORD');
  const other = await mint(eve, 'RESET_PASSWORD');
  const verify = await mint(ada, 'VERIFY_EMAIL');
  expect(await consume('made up', 'RESET_PASSWORD')).toBeUndefined();
  expect(await consume(reset, 'VERIFY_EMAIL')).toBeUndefined();
  expect(await consume(reset, 'RESET_PASSWORD')).toMatchObject({ userId: ada.id });
  expect(await consume(other, 'RESET_PASSWORD')).toMatchObject({ userId: eve.id });
  expect(await consume(verify, 'VERIFY_EMAIL')).toMatchObject({ userId: ada.id });
});

test('a token expires by the database’s clock, and is deleted after that', async () => {
  const ada = await kit.customer();
  const token = await mint(ada, 'RESET_PASSWORD');
  const dropExpired = () => kit.deps.transaction(({ oneTimeTokens }) => oneTimeTokens.dropExpired(1_000));
  const count = () => kit.prisma.oneTimeToken.count({ where: { userId: ada.id } });
  kit.advance(3_600_000 - 1);
  await dropExpired();
  expect(await count()).toBe(1);
  kit.advance(1);
  expect(await consume(token, 'RESET_PASSWORD')).toBeUndefined();
  await dropExpired();
  expect(await count()).toBe(0);
});
