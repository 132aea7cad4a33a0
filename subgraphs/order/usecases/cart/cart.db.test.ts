import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CartLineId, newId } from '#contracts/ids.ts';
import { money } from '#contracts/money.ts';
import { customer, type OrderTestApp, orderTestApp, variantOf } from '#kit/order/app.ts';

let kit: OrderTestApp;
let people = 0;
let buyer = customer();

beforeAll(async () => {
  kit = await orderTestApp();
  await kit.offer({ name: 'lamp' });
  await kit.offer({ name: 'tent', price: money(19_900, 'EUR') });
  await kit.offer({ name: 'dollar lamp', price: money(2_000, 'USD') });
});
afterAll(() => kit[Symbol.asyncDispose]());
beforeEach(() => {
  buyer = customer(`buyer ${people++}`);
});

const lines = () =>
  kit.prisma.cartLine.findMany({ where: { cart: { customerId: buyer.id } }, orderBy: { addedAt: 'asc' } });
const lineId = async () => (await lines())[0]?.id as CartLineId;
const change = (id: CartLineId, quantity: number) =>
  kit.app.commands.changeCartLine({ customerId: buyer.id, lineId: id, quantity, idempotencyKey: undefined });
const remove = (id: CartLineId, customerId = buyer.id) =>
  kit.app.commands.removeFromCart({ customerId, lineId: id, idempotencyKey: undefined });

describe('a cart', () => {
  it('is opened by the first thing that is put into it, once, however many come at once', async () => {
    const results = await Promise.all(Array.from({ length: 10 }, () => kit.add('lamp', 1, buyer.id)));
    expect(new Set(results.map((result) => result.ok && result.value)).size).toBe(1);
    expect(await lines()).toMatchObject([{ variantId: variantOf('lamp'), quantity: 10 }]);
  });

  it('takes a retry with the same key for what it is', async () => {
    const add = () =>
      kit.app.commands.addToCart({
        customerId: buyer.id,
        variantId: variantOf('lamp'),
        quantity: 3,
        idempotencyKey: 'add',
      });
    await Promise.all([add(), add(), add()]);
    expect(await lines()).toMatchObject([{ quantity: 3 }]);
  });

  it('changes and removes lines', async () => {
    await kit.add('lamp', 1, buyer.id);
    expect(await change(await lineId(), 7)).toMatchObject({ ok: true });
    expect(await lines()).toMatchObject([{ quantity: 7 }]);
    expect(await remove(await lineId())).toMatchObject({ ok: true });
    expect(await lines()).toEqual([]);
  });

  it('fails when a line is not there, or is in the cart of somebody else', async () => {
    await kit.add('lamp', 1, buyer.id);
    const stranger = customer('stranger').id;
    await kit.add('tent', 1, stranger);
    const notFound = { ok: false, failure: { kind: 'CartLineNotFound' } };
    expect(await change(newId('CartLine'), 2)).toMatchObject(notFound);
    expect(await remove(newId('CartLine'))).toMatchObject(notFound);
    expect(await remove(await lineId(), stranger)).toMatchObject(notFound);
    expect(await lines()).toHaveLength(1);
  });

  it('refuses a variant that is unknown, a draft, archived or gone from its product', async () => {
    await kit.offer({ name: 'draft', status: 'DRAFT' });
    await kit.offer({ name: 'old', status: 'ARCHIVED' });
    await kit.offer({ name: 'shirt', variants: ['shirt S', 'shirt M'] });
    await kit.offer({ name: 'shirt', variants: ['shirt M'], sequence: 2 });
    for (const name of ['unknown', 'draft', 'old', 'shirt S'])
      expect(await kit.add(name, 1, buyer.id)).toMatchObject({ failure: { kind: 'VariantUnavailable' } });
    expect(await kit.add('shirt M', 1, buyer.id)).toMatchObject({ ok: true });
  });

  it('holds 99 units of a line and no more', async () => {
    await kit.add('lamp', 98, buyer.id);
    const tooMany = { failure: { kind: 'CartLimitExceeded', limit: 'QUANTITY', maximum: 99 } };
    expect(await kit.add('lamp', 2, buyer.id)).toMatchObject(tooMany);
    expect(await change(await lineId(), 100)).toMatchObject(tooMany);
    expect(await kit.add('lamp', 1, buyer.id)).toMatchObject({ ok: true });
  });

  it('holds 50 lines and no more', async () => {
    const names = Array.from({ length: 51 }, (_, n) => `thing ${n}`);
    for (const name of names) await kit.offer({ name });
    for (const name of names.slice(0, 50)) expect(await kit.add(name, 1, buyer.id)).toMatchObject({ ok: true });
    expect(await kit.add('thing 50', 1, buyer.id)).toMatchObject({ failure: { limit: 'LINES' } });
    expect(await kit.add('thing 0', 1, buyer.id)).toMatchObject({ ok: true });
  });

  it('comes to no more than an order may', async () => {
    await kit.offer({ name: 'yacht', price: money(60_000_000, 'EUR') });
    expect(await kit.add('yacht', 1, buyer.id)).toMatchObject({ ok: true });
    expect(await kit.add('yacht', 1, buyer.id)).toMatchObject({ failure: { limit: 'TOTAL' } });
    expect(await change(await lineId(), 2)).toMatchObject({ failure: { limit: 'TOTAL' } });
  });

  it('holds one currency', async () => {
    await kit.add('lamp', 1, buyer.id);
    const mismatch = { failure: { kind: 'CurrencyMismatch', cartCurrency: 'EUR', variantCurrencies: ['USD'] } };
    expect(await kit.add('dollar lamp', 1, buyer.id)).toMatchObject(mismatch);
    expect(await kit.add('dollar lamp', 1, buyer.id, 'USD')).toMatchObject(mismatch);
    await remove(await lineId());
    expect(await kit.add('dollar lamp', 1, buyer.id, 'USD')).toMatchObject({ ok: true });
    expect(await kit.add('lamp', 1, buyer.id)).toMatchObject({ failure: { cartCurrency: 'USD' } });
  });
});

describe('the copy of the catalogue', () => {
  const variant = () => kit.prisma.catalogueVariant.findUnique({ where: { id: variantOf('cup') } });

  it('takes the newest of a product, in whatever order its messages come', async () => {
    await kit.offer({ name: 'cup', sequence: 3, price: money(300, 'EUR') });
    await kit.offer({ name: 'cup', sequence: 2, price: money(200, 'EUR') });
    await kit.offer({ name: 'cup', sequence: 3, price: money(333, 'EUR') });
    expect(await variant()).toMatchObject({ prices: { EUR: 300 }, isRemoved: false });
    await kit.offer({ name: 'cup', sequence: 4, price: money(400, 'EUR') });
    expect(await variant()).toMatchObject({ prices: { EUR: 400 } });
  });

  it('takes version 1 of the message too, from a store or a product service that has not been upgraded', async () => {
    await kit.offerV1({ name: 'jar', sequence: 1, price: money(100, 'EUR') });
    expect(await kit.prisma.catalogueVariant.findUnique({ where: { id: variantOf('jar') } })).toMatchObject({
      ...{ titles: { en: 'jar' }, prices: { EUR: 100 }, requiresShipping: true, stockPolicy: 'TRACKED' },
    });
    expect((await kit.add('jar', 1, buyer.id)).ok).toBe(true);
    await kit.offer({ name: 'jar', sequence: 2, price: money(200, 'EUR') });
    await kit.offerV1({ name: 'jar', sequence: 1, price: money(100, 'EUR') });
    expect(await kit.prisma.catalogueVariant.findUnique({ where: { id: variantOf('jar') } })).toMatchObject({
      prices: { EUR: 200 },
    });
  });

  it('does not bring a variant back from a message that is late', async () => {
    await kit.offer({ name: 'pan', sequence: 2, variants: [] });
    await kit.offer({ name: 'pan', sequence: 1 });
    expect(await kit.add('pan', 1, buyer.id)).toMatchObject({ failure: { kind: 'VariantUnavailable' } });
  });

  it('ends up with the newest when all of them come at once', async () => {
    const messages = Array.from({ length: 12 }, (_, n) => ({
      name: 'jug',
      sequence: n + 1,
      price: money(n + 1, 'EUR'),
    }));
    await Promise.all(messages.toReversed().map(kit.offer));
    const jug = await kit.prisma.catalogueVariant.findUnique({ where: { id: variantOf('jug') } });
    expect(jug).toMatchObject({ prices: { EUR: 12 } });
  });
});
