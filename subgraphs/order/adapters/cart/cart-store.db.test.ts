import { afterAll, beforeAll, expect, it } from 'vitest';
import { customer, type OrderTestApp, orderTestApp } from '#kit/order/app.ts';
import { defaultShop } from '#platform/config/shop.ts';
import type { Prisma } from '#prisma/order/client/client.ts';
import { cartStore } from './cart-store.ts';

let kit: OrderTestApp;

beforeAll(async () => {
  kit = await orderTestApp();
  await kit.offer({ name: 'lamp' });
});
afterAll(() => kit[Symbol.asyncDispose]());

/** A transaction in which something happens right after each raw query. */
const interrupted = (tx: Prisma.TransactionClient, happening: () => Promise<unknown>): Prisma.TransactionClient =>
  new Proxy(tx, {
    get: (target, name) => {
      if (name !== '$queryRaw') return Reflect.get(target, name);
      return async (...query: Parameters<typeof target.$queryRaw>) => {
        const rows = await target.$queryRaw(...query);
        await happening();
        return rows;
      };
    },
  });

it('does not take a cart for locked that somebody opens at this moment: two could then write the same line', async () => {
  const { id } = customer('in a hurry');
  await kit.prisma.$transaction(async (tx) => {
    const addMeanwhile = () => kit.add('lamp', 1, id);
    expect(await cartStore(interrupted(tx, addMeanwhile), defaultShop).lock(id)).toBeUndefined();
    expect(await cartStore(tx, defaultShop).lock(id)).toMatchObject({ lines: [{ quantity: 1 }] });
  });
});
