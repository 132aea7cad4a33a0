/** Addresses, contact and notes of carts and orders: who says them, who sees them, and when they are gone. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { builtInRoles } from '#contracts/permissions.ts';
import type { Viewer } from '#contracts/viewer.ts';
import { customer, guestCustomer, guestNamed, type OrderTestApp, orderTestApp, staff } from '#kit/order/app.ts';
import { signedIn } from '#kit/user/viewers.ts';

let kit: OrderTestApp;
let people = 0;
let buyer = customer();

beforeAll(async () => {
  kit = await orderTestApp();
  await kit.offer({ name: 'lamp' });
});
afterAll(() => kit[Symbol.asyncDispose]());
beforeEach(() => {
  buyer = customer(`somebody ${people++}`);
});

const fields = `contactEmail note giftMessage
  shippingAddress { name line1 city subdivision subdivisionName postalCode country phone lines } billingAddress { name }`;
const mutation = (name: string) => `mutation ($key: String, $input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) {
  set: ${name}(idempotencyKey: $key, input: $input) { __typename
    ... on ${name[0]?.toUpperCase()}${name.slice(1)}Success { cart { id ${fields} } }
    ... on Failure { message } ${name.endsWith('Address') ? '... on InvalidAddress { faults { field reason message } }' : ''} } }`;

const set = async (name: string, input: object, by: Viewer = buyer, key?: string) =>
  await kit.ask(by, mutation(name), { input, key });
const seoul = {
  ...{ name: 'Minjun Kim', line1: '152, Teheran-ro', city: 'Gangnam-gu', subdivision: 'Seoul' },
  ...{ postalCode: '06236', country: 'KR', phone: '010-1234-5678' },
};
const office = { ...seoul, name: 'Agora Ltd' };

const nothing = { contactEmail: null, shippingAddress: null, billingAddress: null, note: null, giftMessage: null };
const setAll = async (by: Viewer = buyer) => {
  await set('setCartContact', { email: 'Minjun@Example.COM ' }, by);
  await set('setCartNote', { note: 'Ring twice.\nLoudly.', giftMessage: 'Happy birthday!' }, by);
  await set('setShippingAddress', { address: seoul }, by);
  await set('setBillingAddress', { address: office }, by);
};
const cartOf = async (by: Viewer = buyer) => (await kit.ask(by, `{ cart { ${fields} } }`, {})).data.cart;
const orderSeenBy = async (by: Viewer, id: string) =>
  (await kit.ask(by, `query ($id: ID!) { order(id: $id) { number ${fields} } }`, { id })).data.order;
const placed = async (by = buyer) => {
  await setAll(by);
  return await kit.placed(by.id);
};
const all = {
  ...{ contactEmail: 'minjun@example.com', note: 'Ring twice.\nLoudly.', giftMessage: 'Happy birthday!' },
  shippingAddress: {
    ...{ ...seoul, subdivision: '11', subdivisionName: 'Seoul', phone: '+821012345678' },
    lines: ['Minjun Kim', '152, Teheran-ro', 'Gangnam-gu', 'Seoul', '06236'],
  },
  billingAddress: { name: 'Agora Ltd' },
};

describe('what a customer says about a cart', () => {
  it('opens it, and is shown as it is written in the country', async () => {
    await setAll();
    expect(await cartOf()).toEqual(all);
  });

  it('is changed and removed piece by piece; the invoice goes where the goods go, unless another address is set', async () => {
    await setAll();
    await set('setCartNote', { note: 'Ring once.' });
    await set('setBillingAddress', { address: null });
    expect(await cartOf()).toMatchObject({ note: 'Ring once.', giftMessage: 'Happy birthday!' });
    expect(await cartOf()).toMatchObject({ billingAddress: { name: 'Minjun Kim' } });
    await set('setShippingAddress', {});
    await set('setCartNote', { note: null, giftMessage: ' \n' });
    await set('setCartContact', { email: null });
    expect(await cartOf()).toEqual(nothing);
  });

  it('takes effect once per key', async () => {
    await set('setCartContact', { email: 'first@example.com' }, buyer, 'one');
    await set('setCartContact', { email: 'second@example.com' });
    await set('setCartContact', { email: 'first@example.com' }, buyer, 'one');
    expect(await cartOf()).toMatchObject({ contactEmail: 'second@example.com' });
    const { data } = await set('setCartContact', { email: 'third@example.com' }, buyer, 'one');
    expect(data.set.__typename).toBe('IdempotencyConflict');
  });

  it.each(['setShippingAddress', 'setBillingAddress'])('%s fails with all that is wrong', async (name) => {
    const { data } = await set(name, { address: { ...seoul, name: ' ', postalCode: 'nowhere' } });
    expect(data.set).toMatchObject({
      __typename: 'InvalidAddress',
      faults: [
        { field: 'NAME', reason: 'REQUIRED', message: 'Please fill this in.' },
        { field: 'POSTAL_CODE', reason: 'INVALID_FORMAT' },
      ],
    });
    expect(await cartOf()).toBeNull();
  });

  it('is no address that no mail reaches', async () => {
    expect((await set('setCartContact', { email: 'minjun' })).data.set).toMatchObject({
      ...{ __typename: 'InvalidEmail', message: 'This is not a valid e-mail address.' },
    });
  });

  it.each([
    ['longer than a note', { note: 'x'.repeat(1_001) }, 'BAD_USER_INPUT'],
    ['longer than a card', { giftMessage: 'x'.repeat(501) }, 'BAD_USER_INPUT'],
    ['a card number', { note: 'take 4242 4242 4242 4242' }, 'CARD_NUMBER'],
  ])('is not %s', async (_, input, code) => {
    expect((await set('setCartNote', input)).codes).toEqual([code]);
  });
});

describe('an order', () => {
  it('keeps what was said; the next one goes there too, without the texts', async () => {
    const id = await placed();
    expect(await orderSeenBy(buyer, id)).toMatchObject(all);
    await set('setShippingAddress', { address: { ...seoul, name: 'Somebody else' } });
    expect(await orderSeenBy(buyer, id)).toMatchObject(all);
    expect(await cartOf()).toMatchObject({ contactEmail: all.contactEmail, note: null, giftMessage: null });
  });

  it('is shown with it to its customer, and to staff who deliver it', async () => {
    const id = await placed();
    const onlyReads = { ...signedIn(staff.id), roles: ['READER'], permissions: ['orders:read' as const] };
    expect(builtInRoles.STAFF).toContain('orders:manage');
    expect(await orderSeenBy(staff, id)).toMatchObject(all);
    expect(await orderSeenBy(onlyReads, id)).toEqual({ number: expect.any(String), ...nothing });
    expect(await orderSeenBy(customer('stranger'), id)).toBeNull();
  });

  it('gives the texts back with its lines, unless there are others by now', async () => {
    const reject = async (id: Awaited<ReturnType<typeof placed>>) =>
      kit.reply(await kit.replyTo(id, 'stock.rejected', { reason: 'INSUFFICIENT_STOCK', lines: [] }));
    await reject(await placed());
    expect(await cartOf()).toEqual(all);
    const again = await placed();
    await set('setCartNote', { note: 'Do not ring.' });
    await reject(again);
    expect(await cartOf()).toMatchObject({ note: 'Do not ring.', giftMessage: 'Happy birthday!' });
  });

  it('is in no message with it', async () => {
    const id = await placed();
    await kit.reply(await kit.replyTo(id, 'stock.reserved'));
    const sent = JSON.stringify(await kit.prisma.outboxMessage.findMany({ where: { aggregateId: id } }), (_, value) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    for (const said of ['minjun', 'Minjun', 'Teheran', 'Ring', 'Happy', 'Agora Ltd']) expect(sent).not.toContain(said);
  });
});

describe('a guest who signs in', () => {
  it('brings what was said, over what the user had said before, and once', async () => {
    const [guest, guestId] = [guestCustomer(buyer.id), guestNamed(buyer.id)];
    await setAll(guest);
    await set('setCartContact', { email: 'old@example.com' });
    await kit.add('lamp', 1, buyer.id);
    await kit.guestSignedIn(guestId, buyer.id);
    expect(await cartOf()).toEqual(all);
    await set('setCartContact', { email: 'new@example.com' });
    await kit.guestSignedIn(guestId, buyer.id);
    expect(await cartOf()).toEqual({ ...all, contactEmail: 'new@example.com' });
    expect(await kit.prisma.cart.count({ where: { customerId: guestId } })).toBe(0);
  });
});

describe('an account that is closed', () => {
  const days = (count: number) => count * 24 * 60 * 60 * 1_000;
  const emptied = { number: expect.any(String), ...nothing };

  it('leaves no cart, and nothing of an order that came to nothing; one that is delivered loses it a month later', async () => {
    const rejected = await placed();
    await kit.reply(await kit.replyTo(rejected, 'stock.rejected', { reason: 'INSUFFICIENT_STOCK', lines: [] }));
    const underWay = await placed();
    await kit.add('lamp', 1, buyer.id);
    const neighbour = customer('who stays');
    const others = await placed(neighbour);

    await kit.closed(buyer.id);
    expect(await kit.prisma.cart.count({ where: { customerId: buyer.id } })).toBe(0);
    expect(await orderSeenBy(buyer, rejected)).toEqual(emptied);
    expect(await orderSeenBy(buyer, underWay)).toMatchObject(all);
    expect(await kit.app.commands.eraseClosedAccounts()).toBe(0);

    // A request that was under way.
    await setAll();
    kit.advance(days(30));
    expect(await kit.app.commands.eraseClosedAccounts()).toBe(1);
    expect(await orderSeenBy(buyer, underWay)).toEqual(emptied);
    expect(await cartOf()).toBeNull();
    expect(await orderSeenBy(neighbour, others)).toMatchObject(all);
    expect(await kit.app.commands.eraseClosedAccounts()).toBe(0);
  });
});
