import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Message } from '#contracts/envelope.ts';
import { type CustomerId, type GuestId, namedId, newId, type UserId } from '#contracts/ids.ts';
import { ProductBackInStock } from '#contracts/messages/availability.ts';
import { messages } from '#contracts/messages/index.ts';
import {
  OrderAwaitingFunds,
  OrderCancelled,
  OrderConfirmed,
  OrderNeedsAttention,
  OrderPaymentFailed,
  OrderPlaced,
  OrderRefunded,
  OrderRejected,
} from '#contracts/messages/order.ts';
import { UserRegistered } from '#contracts/messages/user.ts';
import { money } from '#contracts/money.ts';
import { anAddress, anOrderFor, aPassword, received, type UserTestApp, userTestApp } from '#kit/user/builders.ts';
import { consumers } from './consumers.ts';

let kit: UserTestApp;
beforeAll(async () => {
  kit = await userTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());

const deliver = async (message: Message) => {
  const consumer = consumers(kit.app).find(({ definition }) => definition.type === message.type);
  await consumer?.handle(message as Message<never>);
};
const toldTo = (userId: CustomerId) => kit.app.reads.notifications(userId, { limit: 20, after: undefined });
const reason = 'WHATEVER';

test('there is a consumer for each message sent here, and for no other', () => {
  const sentHere = messages.filter(({ receivers }) => receivers.includes('user'));
  const consumed = consumers(kit.app).map(({ definition }) => definition);
  expect(consumed.map(({ type }) => type).sort()).toEqual(sentHere.map(({ type }) => type).sort());
});

test('a new customer is welcomed', async () => {
  const ada = await kit.customer();
  await deliver(received(UserRegistered, { userId: ada.id }));
  expect(await toldTo(ada.id)).toMatchObject([{ kind: 'WELCOME', title: 'Welcome', orderId: null }]);
});

test.each([
  ['ORDER_PLACED', OrderPlaced, {}],
  ['ORDER_CONFIRMED', OrderConfirmed, {}],
  ['ORDER_REJECTED', OrderRejected, { reason }],
  ['ORDER_PAYMENT_FAILED', OrderPaymentFailed, { reason }],
  ['ORDER_CANCELLED', OrderCancelled, { reason }],
  ['ORDER_NEEDS_ATTENTION', OrderNeedsAttention, { reason }],
  ['ORDER_AWAITING_FUNDS', OrderAwaitingFunds, { dueAt: '2026-12-03T12:00:00.000Z' }],
  ['ORDER_REFUNDED', OrderRefunded, { amount: money(1_250, 'EUR'), refundedTotal: money(1_250, 'EUR') }],
] as const)('%s becomes one notification, however often it is delivered', async (kind, definition, more) => {
  const ada = await kit.customer();
  const message = { ...received(definition, { ...anOrderFor(ada), reason: '', ...more }) };

  await deliver(message);
  await deliver(message);
  await Promise.all([deliver(message), deliver(message)]);

  expect(await toldTo(ada.id)).toMatchObject([{ kind, orderId: namedId('Order', 'AG-7K3M-9QXT') }]);
});

test('late messages are sorted by when they occurred, newest first', async () => {
  const ada = await kit.customer();
  const order = anOrderFor(ada);
  await deliver(received(OrderConfirmed, order, new Date('2026-11-22T12:00:02Z')));
  await deliver(received(OrderPlaced, order, new Date('2026-11-22T12:00:01Z')));
  expect((await toldTo(ada.id)).map(({ kind }) => kind)).toEqual(['ORDER_CONFIRMED', 'ORDER_PLACED']);
});

test('a notification for an unknown user is not lost silently: its message fails', async () => {
  const nobody = { ...(await kit.customer()), id: namedId('User', 'nobody') };
  const message = received(OrderPlaced, anOrderFor(nobody));
  await expect(deliver(message)).rejects.toThrow();
  expect(await kit.prisma.inboxMessage.findUnique({ where: { id: message.id } })).toBeNull();
});

test('an order that goes on after its account was closed is written to nobody', async () => {
  const ada = await kit.customer();
  const closing = { userId: ada.id, password: aPassword, idempotencyKey: 'closing', address: anAddress };
  expect(await kit.app.commands.closeAccount(closing)).toMatchObject({ ok: true });
  await kit.sendMail();
  await deliver(received(OrderConfirmed, anOrderFor(ada)));
  expect(await kit.prisma.delivery.count({ where: { userId: ada.id, kind: 'ORDER_CONFIRMED' } })).toBe(0);
});

test('a customer is told in their language', async () => {
  const ada = await kit.customer({ locale: 'ko' });
  await deliver(received(OrderConfirmed, anOrderFor(ada)));
  expect(await toldTo(ada.id)).toMatchObject([{ title: '주문 AG-7K3M-9QXT이(가) 확정되었습니다' }]);
});

describe('a guest with a session', () => {
  const anOrderOf = (guest: CustomerId) => ({ ...anOrderFor({ id: guest } as never) });
  const merge = (guest: GuestId, userId: UserId) =>
    kit.deps.transaction(async ({ notifications }) => {
      await notifications.merge(guest, userId);
      // As the sign-in does, in the same transaction.
      await kit.prisma.guestMerge.create({ data: { guestId: guest, userId, mergedAt: new Date() } });
    });

  test('is told in the shop, and not by mail', async () => {
    await kit.sendMail();
    const guest = newId('Guest');
    await deliver(received(OrderConfirmed, anOrderOf(guest)));
    expect(await toldTo(guest)).toMatchObject([{ kind: 'ORDER_CONFIRMED' }]);
    expect(await kit.sendMail()).toEqual([]);
  });

  test('who signs in has their notifications from before as a user, and later ones by mail, too', async () => {
    await kit.sendMail();
    const [guest, ada] = [newId('Guest'), await kit.customer()];
    await deliver(received(OrderPlaced, anOrderOf(guest)));
    await merge(guest, ada.id);
    // The order does not know yet who the guest has become.
    await deliver(received(OrderConfirmed, anOrderOf(guest), new Date('2026-11-22T12:00:01Z')));
    expect((await toldTo(ada.id)).map(({ kind }) => kind)).toEqual(['ORDER_CONFIRMED', 'ORDER_PLACED']);
    expect(await toldTo(guest)).toEqual([]);
    expect(await kit.sendMail()).toMatchObject([{ to: { address: ada.email } }]);
  });

  test('who signs in at the very moment loses none', async () => {
    for (let round = 1; round <= 10; round++) {
      const [guest, ada] = [newId('Guest'), await kit.customer()];
      await Promise.all([deliver(received(OrderPlaced, anOrderOf(guest))), merge(guest, ada.id)]);
      expect(await toldTo(guest)).toEqual([]);
      expect(await toldTo(ada.id)).toHaveLength(1);
    }
  });
});

describe('that a product is in stock again', () => {
  const backInStock = (customerIds: CustomerId[]) =>
    received(ProductBackInStock, {
      productId: namedId('Product', 'lamp'),
      variantId: namedId('Variant', 'LAMP-RED'),
      slug: 'lamp',
      titles: { en: 'Lamp', ko: '램프' },
      variantTitles: { en: 'Red' },
      customerIds,
    });
  const verify = ({ id }: { id: UserId }) =>
    kit.prisma.user.update({ where: { id }, data: { emailVerifiedAt: new Date() } });

  test('is told to each who asked, once, in their language, by mail too; to a guest in the shop', async () => {
    const [ada, bo] = [await kit.customer(), await kit.customer({ locale: 'ko' })];
    await verify(ada);
    await verify(bo);
    await kit.sendMail();
    const guest = newId('Guest');
    const message = backInStock([ada.id, guest, bo.id]);
    await deliver(message);
    await Promise.all([deliver(message), deliver(message)]);
    const productId = namedId('Product', 'lamp');
    expect(await toldTo(ada.id)).toMatchObject([
      { kind: 'BACK_IN_STOCK', productId, title: 'Lamp (Red) is back in stock' },
    ]);
    expect(await toldTo(bo.id)).toMatchObject([{ title: '재입고 알림: 램프 (Red)' }]);
    expect(await toldTo(guest)).toMatchObject([{ kind: 'BACK_IN_STOCK' }]);
    const mails = await kit.sendMail();
    expect(mails.map(({ to, subject }) => `${to.address} ${subject}`).toSorted()).toEqual(
      [`${ada.email} Lamp (Red) is back in stock`, `${bo.email} 재입고 알림: 램프 (Red)`].toSorted(),
    );
    expect(mails[0]?.text).toContain('https://shop.example/products/lamp');
  });

  test('is told once to who asked as a guest and as the user that they became', async () => {
    const [guest, other, ada] = [newId('Guest'), newId('Guest'), await kit.customer()];
    for (const guestId of [guest, other])
      await kit.prisma.guestMerge.create({ data: { guestId, userId: ada.id, mergedAt: new Date() } });
    await deliver(backInStock([guest, ada.id, other]));
    expect(await toldTo(ada.id)).toHaveLength(1);
    expect(await toldTo(guest)).toEqual([]);
  });

  test('is told neither to a closed account nor to one that is unknown, and the others hear of it', async () => {
    const [closed, ada] = [await kit.customer(), await kit.customer()];
    await kit.app.commands.closeAccount({
      ...{ userId: closed.id, password: aPassword, idempotencyKey: 'closing', address: anAddress },
    });
    await deliver(backInStock([closed.id, newId('User'), ada.id]));
    expect(await kit.prisma.notification.count({ where: { customerId: closed.id } })).toBe(0);
    expect(await toldTo(ada.id)).toHaveLength(1);
  });

  test('takes as many statements for five hundred as for two', async () => {
    const statementsFor = async (customerIds: CustomerId[]) => {
      const before = kit.statements.length;
      await deliver(backInStock(customerIds));
      return kit.statements.length - before;
    };
    const guests = (count: number) => Array.from({ length: count }, () => newId('Guest'));
    const [ada, bo] = [await kit.customer(), await kit.customer()];
    const few = await statementsFor([...guests(2), ada.id]);
    expect(await statementsFor([...guests(498), ada.id, bo.id])).toBe(few);
  });

  test('reaches a guest who signs in at the very moment', async () => {
    for (let round = 1; round <= 5; round++) {
      const [guest, ada] = [newId('Guest'), await kit.customer()];
      const merging = kit.deps.transaction(async ({ notifications }) => {
        await notifications.merge(guest, ada.id);
        await kit.prisma.guestMerge.create({ data: { guestId: guest, userId: ada.id, mergedAt: new Date() } });
      });
      await Promise.all([deliver(backInStock([guest])), merging]);
      expect(await toldTo(guest)).toEqual([]);
      expect(await toldTo(ada.id)).toHaveLength(1);
    }
  });
});
