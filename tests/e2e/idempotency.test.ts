/** A client that repeats a request gets the same answer, and of fifty that want the last unit one gets it. */
import { expect, test } from 'vitest';
import { expectCleanAudit } from '#kit/agora/clean-audit.ts';
import { succeed } from '#launcher/shopper/shopper.ts';
import { OrdersDocument } from '#operations/documents.generated.ts';
import { agora, aKey, aShopper, available, variantOf } from './shop.ts';

const pay = { paymentMethodToken: 'tok_approve', waitMs: 5_000 };

test('the same key places one order, also concurrently', async () => {
  const shopper = await aShopper();
  await shopper.add({ variantId: (await variantOf('trail-lamp-200')).id });
  const key = aKey();
  const answers = await Promise.all(Array.from({ length: 5 }, () => shopper.place(pay, key)));
  const again = await shopper.place(pay, key);
  const ids = new Set([...answers, again].map((answer) => succeed(answer, 'PlaceOrderSuccess').order.id));
  expect(ids.size).toBe(1);
  expect((await shopper.client.ask(OrdersDocument, {})).orders?.edges).toHaveLength(1);
});

test('the same key with another input is a typed conflict', async () => {
  const shopper = await aShopper();
  await shopper.add({ variantId: (await variantOf('trail-lamp-200')).id });
  const key = aKey();
  succeed(await shopper.place(pay, key), 'PlaceOrderSuccess');
  succeed(await shopper.place({ ...pay, paymentMethodToken: 'tok_decline' }, key), 'IdempotencyConflict');
});

test('fifty customers order the last unit concurrently: one gets it', { timeout: 120_000 }, async () => {
  const kettle = await variantOf('last-kettle');
  expect(kettle).toMatchObject({ availability: 'FEW_LEFT', available: null });
  expect(await available('last-kettle')).toBe(1);
  const shoppers = [];
  for (let i = 0; i < 10; i++) shoppers.push(...(await Promise.all(Array.from({ length: 5 }, aShopper))));
  await Promise.all(shoppers.map((shopper) => shopper.add({ variantId: kettle.id })));

  const answers = await Promise.all(
    shoppers.map(async (shopper) => {
      const key = aKey();
      const first = await shopper.place(pay, key);
      if (first.__typename !== 'PlaceOrderSuccess') return first;
      // On a slow machine the wait may end first: the repeated request then gets the outcome.
      await shopper.orderReaches(first.order.id, ['CONFIRMED', 'REJECTED', 'CANCELLED']);
      return shopper.place(pay, key);
    }),
  );
  const won = answers.filter((answer) => answer.__typename === 'PlaceOrderSuccess');
  const lost = answers.filter((answer) => answer.__typename === 'InsufficientStock');
  expect({ won: won.length, lost: lost.length }).toEqual({ won: 1, lost: 49 });
  expect(won[0]).toMatchObject({ order: { status: 'CONFIRMED' } });
  expect(await available('last-kettle')).toBe(0);
  await expectCleanAudit(agora.databaseUrls);
});
