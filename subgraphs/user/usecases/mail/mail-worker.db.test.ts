import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { UserId } from '#contracts/ids.ts';
import { OrderConfirmed, OrderPaymentFailed } from '#contracts/messages/order.ts';
import { anAddress, anOrderFor, aPassword, received, type UserTestApp, userTestApp } from '#kit/user/builders.ts';
import { consumers } from '../../consumers.ts';
import type { User } from '../../domain/account/user.ts';
import { mailWorker } from './mail-worker.ts';

const minute = 60_000;
const hour = 60 * minute;

let kit: UserTestApp;
let ada: User;
beforeAll(async () => {
  kit = await userTestApp();
  ada = await kit.customer();
});
afterEach(async () => {
  kit.mailAnswers.length = 0;
  await kit.prisma.delivery.deleteMany();
  await kit.prisma.oneTimeToken.deleteMany();
});
afterAll(() => kit[Symbol.asyncDispose]());

const confirm = async (message = received(OrderConfirmed, anOrderFor(ada))) => {
  await consumers(kit.app)
    .find(({ definition }) => definition.type === message.type)
    ?.handle(message as never);
  return message;
};
const deliveries = () => kit.prisma.delivery.findMany({ orderBy: { createdAt: 'asc' } });
const ids = (mails: readonly { messageId: string }[]) => mails.map(({ messageId }) => messageId);

test('an order that is confirmed is told by one mail, however often its message is delivered', async () => {
  const message = await confirm();
  await Promise.all([confirm(message), confirm(message)]);
  const [mail, ...more] = await kit.sendMail();
  expect(more).toEqual([]);
  expect(mail).toMatchObject({ to: { address: ada.email }, subject: 'Order AG-7K3M-9QXT is confirmed', locale: 'en' });
  expect(mail?.text).toContain('https://shop.example/orders/AG-7K3M-9QXT');
  expect(await deliveries()).toMatchObject([{ state: 'SENT', attempts: 1, messageId: mail?.messageId, email: null }]);
  expect(await kit.sendMail()).toEqual([]);
});

test('two workers send each mail once, five at a time', async () => {
  for (let order = 1; order <= 30; order++) await confirm();
  const atOnce = { now: 0, most: 0 };
  const sent: string[] = [];
  const workers = [1, 2].map(() =>
    mailWorker({
      ...kit.deps,
      mail: {
        ...kit.deps.mail,
        transport: {
          ...kit.deps.mail.transport,
          send: async ({ messageId }) => {
            atOnce.now += 1;
            atOnce.most = Math.max(atOnce.most, atOnce.now);
            await new Promise((resolve) => setTimeout(resolve, 5));
            atOnce.now -= 1;
            sent.push(messageId);
            return { kind: 'sent' };
          },
        },
      },
    }),
  );
  await Promise.all(workers.map(({ round }) => round()));
  await Promise.all(workers.map(({ idle }) => idle()));
  expect(new Set(sent).size).toBe(30);
  expect(sent).toHaveLength(30);
  expect(atOnce.most).toBeLessThanOrEqual(10);
});

describe('a mail server', () => {
  test('that asks to come back is asked again, later each time, with the same Message-ID', async () => {
    await confirm();
    const later = { kind: 'postponed', reason: 'EENVELOPE RCPT TO 450 4.2.0' } as const;
    kit.mailAnswers.push(later, later);
    const first = await kit.sendMail();
    expect(await deliveries()).toMatchObject([{ state: 'PENDING', lastError: later.reason }]);
    kit.advance(minute - 1_000);
    expect(await kit.sendMail()).toEqual([]);
    kit.advance(2_000);
    const second = await kit.sendMail();
    kit.advance(minute + 1_000);
    expect(await kit.sendMail()).toEqual([]);
    kit.advance(minute);
    const third = await kit.sendMail();
    expect(ids([...first, ...second, ...third])).toEqual(Array(3).fill(first[0]?.messageId));
    expect(await deliveries()).toMatchObject([{ state: 'SENT', attempts: 3 }]);
  });

  test('that refuses a mail gets it once; the others are sent', async () => {
    await confirm();
    await confirm(received(OrderPaymentFailed, { ...anOrderFor(ada), reason: '' }) as never);
    kit.mailAnswers.push({ kind: 'refused', reason: 'EENVELOPE RCPT TO 550 5.1.1' });
    expect(await kit.sendMail()).toHaveLength(2);
    const states = (await deliveries()).map(({ state, lastError }) => `${state} ${lastError}`);
    expect(states.toSorted()).toEqual(['FAILED EENVELOPE RCPT TO 550 5.1.1', 'SENT null']);
    kit.advance(24 * hour);
    expect(await kit.sendMail()).toEqual([]);
  });

  test('that is away is left alone in between, and then tried with one mail, before all are sent', async () => {
    for (let order = 1; order <= 12; order++) await confirm();
    const away = { kind: 'unavailable', reason: 'ECONNECTION CONN' } as const;
    kit.mailAnswers.push(...Array(5).fill(away));
    const tries: number[] = [];
    tries.push((await kit.sendMail()).length);
    // An hour of rounds, one a second.
    for (let second = 0; second < 3_600 && tries.length < 60; second += 30) {
      kit.mailAnswers.push(...Array(20).fill(away));
      kit.advance(30_000);
      tries.push((await kit.sendMail()).length);
      kit.mailAnswers.length = 0;
    }
    expect(tries[0]).toBe(5);
    expect(Math.max(...tries.slice(1))).toBe(1);
    kit.advance(minute);
    expect(await kit.sendMail()).toHaveLength(12);
    expect(new Set((await deliveries()).map(({ state }) => state))).toEqual(new Set(['SENT']));
  });

  test('that hangs up in the middle of a mail is left alone, too; the mail may have arrived, so it waits longer', async () => {
    await confirm();
    kit.mailAnswers.push({ kind: 'lost', reason: 'ECONNECTION CONN' });
    const first = await kit.sendMail();
    await confirm();
    expect(await kit.sendMail()).toEqual([]);
    kit.advance(2_000);
    const [other, ...more] = await kit.sendMail();
    expect(more).toEqual([]);
    expect(other?.messageId).not.toBe(first[0]?.messageId);
    kit.advance(minute);
    expect(ids(await kit.sendMail())).toEqual(ids(first));
  });

  test('that never comes back: a mail is given up once it is not worth sending any more', async () => {
    await confirm();
    kit.mailAnswers.push({ kind: 'unavailable', reason: 'ECONNECTION CONN' });
    await kit.sendMail();
    kit.advance(72 * hour);
    kit.mailAnswers.push({ kind: 'unavailable', reason: 'ECONNECTION CONN' });
    await kit.sendMail();
    expect(await deliveries()).toMatchObject([{ state: 'FAILED', lastError: 'ECONNECTION CONN' }]);
  });
});

test('a mail whose worker died is sent again when its lease has ended, as the same mail', async () => {
  await confirm();
  const [claimed] = await kit.deps.deliveryQueue.claim({
    limit: 5,
    now: await kit.deps.deliveryQueue.now(),
    until: new Date((await kit.deps.deliveryQueue.now()).getTime() + 2 * minute),
    messageIdDomain: 'agora.example',
  });
  expect(await kit.sendMail()).toEqual([]);
  kit.advance(2 * minute);
  expect(ids(await kit.sendMail())).toEqual([claimed?.messageId]);
  // The first worker was only slow: what it records now is too late.
  if (claimed) await kit.deps.deliveryQueue.finish(claimed, { state: 'FAILED', reason: 'late', now: new Date(0) });
  expect(await deliveries()).toMatchObject([{ state: 'SENT', attempts: 2 }]);
});

test('a mail with a link has a new secret at each attempt, and only hashes are stored', async () => {
  await kit.deps.transaction(({ deliveries: store }) =>
    store.add({ sourceId: 'request', userId: ada.id, kind: 'RESET_PASSWORD', params: {}, locale: 'ko' }),
  );
  kit.mailAnswers.push({ kind: 'lost', reason: 'ESOCKET CONN' });
  const mails = [...(await kit.sendMail())];
  kit.advance(2 * minute);
  mails.push(...(await kit.sendMail()));
  const tokens = mails.map(({ text }) => /token=([\w-]{43})/.exec(text)?.[1] ?? '');
  expect(new Set(tokens).size).toBe(2);
  const stored = JSON.stringify([await kit.prisma.oneTimeToken.findMany(), await deliveries()]);
  for (const token of tokens) expect(stored).not.toContain(token);
  expect(mails[0]).toMatchObject({ locale: 'ko', subject: '새 비밀번호를 설정해 주세요' });

  const consume = (token: string) =>
    kit.deps.transaction(({ oneTimeTokens }) => oneTimeTokens.consume(token, 'RESET_PASSWORD'));
  // Both mails may have arrived, and either works, once.
  expect(await consume(tokens[0] ?? '')).toEqual({ userId: ada.id, email: ada.email });
  expect(await consume(tokens[1] ?? '')).toBeUndefined();
});

test('a mail may go to another address than the account’s, which is erased when it has ended', async () => {
  const address = 'new-address@example.com' as User['email'];
  await kit.deps.transaction(({ deliveries: store }) =>
    store.add({ sourceId: 'r2', userId: ada.id, kind: 'CONFIRM_EMAIL_CHANGE', params: {}, email: address }),
  );
  expect(await kit.sendMail()).toMatchObject([{ to: { address } }]);
  expect(await deliveries()).toMatchObject([{ state: 'SENT', email: null }]);
});

test('old deliveries are deleted, those that wait are kept', async () => {
  await confirm();
  await kit.sendMail();
  kit.advance(31 * 24 * hour);
  await confirm();
  expect(await kit.app.commands.forgetOldMail()).toBe(1);
  expect(await deliveries()).toMatchObject([{ state: 'PENDING' }]);
});

test('nothing of a user is left once they are forgotten', async () => {
  const eve = await kit.customer();
  await confirm(received(OrderConfirmed, anOrderFor(eve)));
  await kit.deps.transaction(({ deliveries: store }) => store.forget(eve.id as UserId));
  expect(await kit.sendMail()).toEqual([]);
  expect(await deliveries()).toEqual([]);
});

const signInOf =
  ({ email }: User) =>
  (device: string | null, userAgent = 'Firefox') =>
    kit.app.commands.signIn({
      ...{ idempotencyKey: undefined, email, password: aPassword, address: anAddress, guest: undefined },
      device: { device: device as never, userAgent },
    });

test('a sign-in from a device that was not used before is told by mail; the first of all is not', async () => {
  const eve = await kit.customer();
  await kit.prisma.user.update({ where: { id: eve.id }, data: { emailVerifiedAt: new Date() } });
  const signIn = signInOf(eve);
  await signIn('Laptop');
  await signIn('Laptop');
  expect(await kit.sendMail()).toEqual([]);
  await signIn('<b>Phone</b>');
  const [mail, ...more] = await kit.sendMail();
  expect(more).toEqual([]);
  expect(mail).toMatchObject({ kind: 'NEW_SIGN_IN', to: { address: eve.email } });
  expect(mail?.html).toContain('&#60;b&#62;Phone');
  await signIn('Laptop');
  await signIn('<b>Phone</b>');
  expect(await kit.sendMail()).toEqual([]);
});

test('whoever has not proved an address cannot put words into that mail, as a device’s name or as a user agent', async () => {
  const signIn = signInOf(await kit.customer());
  await signIn('Laptop');
  await signIn('You have won: evil.example');
  await signIn(null, 'Call +1 555 0100');
  const mails = await kit.sendMail();
  expect(mails.map(({ kind }) => kind)).toEqual(['NEW_SIGN_IN', 'NEW_SIGN_IN']);
  for (const { text, html } of mails) expect(text + html).not.toMatch(/evil|555/);
});
