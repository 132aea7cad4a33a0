import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { OrderConfirmed } from '#contracts/messages/order.ts';
import { anOrderFor, received, type UserTestApp, userTestApp } from '#kit/user/builders.ts';
import { consumers } from '../consumers.ts';
import type { User } from '../domain/account/user.ts';
import { unsubscribe } from './unsubscribe.ts';

let kit: UserTestApp;
let http: FastifyInstance;
let ada: User;
beforeAll(async () => {
  kit = await userTestApp();
  http = Fastify();
  unsubscribe(kit.app, kit.deps.mail.links)(http);
});
beforeEach(async () => {
  ada = await kit.customer({ locale: 'ko' });
});
afterAll(async () => {
  await http.close();
  await kit[Symbol.asyncDispose]();
});

const mailTo = async (user: User) => {
  await consumers(kit.app)
    .find(({ definition }) => definition.type === OrderConfirmed.type)
    ?.handle(received(OrderConfirmed, anOrderFor(user)) as never);
  const [mail] = await kit.sendMail();
  return mail;
};
const pathIn = (url = '') => new URL(url).pathname + new URL(url).search;
const oneClick = (url: string) =>
  http.inject({
    ...{ method: 'POST', url, payload: 'List-Unsubscribe=One-Click' },
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });

test('one click in the mail ends mails of its kind, for its reader alone; a second one changes nothing', async () => {
  const eve = await kit.customer();
  const url = pathIn((await mailTo(ada))?.unsubscribeUrl);
  for (let clicks = 1; clicks <= 2; clicks++) expect((await oneClick(url)).statusCode).toBe(200);
  expect(await mailTo(ada)).toBeUndefined();
  expect(await mailTo(eve)).toBeDefined();
});

test('opening the link only asks, in the language of the mail: programs open every link of a mail', async () => {
  const url = pathIn((await mailTo(ada))?.unsubscribeUrl);
  const page = await http.inject({ url });
  expect(page.statusCode).toBe(200);
  expect(page.body).toContain('<html lang="ko">');
  expect(page.body).toContain('<form method="post">');
  expect(page.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  expect(await mailTo(ada)).toBeDefined();
});

test.each([
  ['nothing', () => '/unsubscribe'],
  ['another user’s id with this signature', (url: string) => url.replace(/usr_[0-9a-f]{32}/, `usr_${'0'.repeat(32)}`)],
  ['another kind with this signature', (url: string) => url.replace('ORDER_CONFIRMED', 'WELCOME')],
  ['a changed signature', (url: string) => url.replace(/(CONFIRMED\.)./, '$1-')],
  ['a kind that nobody can switch off', (url: string) => url.replace('ORDER_CONFIRMED', 'RESET_PASSWORD')],
  ['a list of tokens', () => '/unsubscribe?t=a&t=b'],
])('%s is refused, and shows nothing of the request', async (_, change) => {
  const url = change(pathIn((await mailTo(ada))?.unsubscribeUrl));
  for (const answer of [await oneClick(url), await http.inject({ url })]) {
    expect(answer.statusCode).toBe(400);
    expect(answer.body).not.toContain('usr_');
  }
  expect(await mailTo(ada)).toBeDefined();
});
